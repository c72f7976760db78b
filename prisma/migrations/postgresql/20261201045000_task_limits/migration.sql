-- AlterTable
ALTER TABLE "task" ADD COLUMN "revealed_at" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "saved_mask" ADD COLUMN "is_listed" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "hidden_run" (
    "run_number" INTEGER NOT NULL,
    "task_id" INTEGER NOT NULL,
    "is_public" BOOLEAN NOT NULL,

    CONSTRAINT "hidden_run_pkey" PRIMARY KEY ("run_number","task_id")
);

-- CreateTable
CREATE TABLE "submission" (
    "task_id" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "submission_pkey" PRIMARY KEY ("task_id","author","number")
);

-- CreateIndex
CREATE INDEX "hidden_run_task_id_idx" ON "hidden_run"("task_id");

-- AddForeignKey
ALTER TABLE "submission" ADD CONSTRAINT "submission_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- Tasks that were frozen before there was a list of their runs
INSERT INTO "hidden_run" ("run_number", "task_id", "is_public")
SELECT DISTINCT m."run_number", m."task_id", false FROM "task_member" m JOIN "task" t ON t."id" = m."task_id"
WHERE t."is_truth_hidden" AND t."state" = 'FROZEN' AND m."part" = 'TEST';
