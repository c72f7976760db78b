-- AlterTable
ALTER TABLE "task" ADD COLUMN "revealed_at" DATETIME;

-- AlterTable
ALTER TABLE "saved_mask" ADD COLUMN "is_listed" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "hidden_run" (
    "run_number" INTEGER NOT NULL,
    "task_id" INTEGER NOT NULL,
    "is_public" BOOLEAN NOT NULL,

    PRIMARY KEY ("run_number", "task_id")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "submission" (
    "task_id" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "created_at" DATETIME NOT NULL,

    PRIMARY KEY ("task_id", "author", "number"),
    CONSTRAINT "submission_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task" ("id") ON DELETE RESTRICT ON UPDATE NO ACTION
) WITHOUT ROWID;

-- CreateIndex
CREATE INDEX "hidden_run_task_id_idx" ON "hidden_run"("task_id");

-- Tasks that were frozen before there was a list of their runs
INSERT INTO "hidden_run" ("run_number", "task_id", "is_public")
SELECT DISTINCT m."run_number", m."task_id", false FROM "task_member" m JOIN "task" t ON t."id" = m."task_id"
WHERE t."is_truth_hidden" AND t."state" = 'FROZEN' AND m."part" = 'TEST';
