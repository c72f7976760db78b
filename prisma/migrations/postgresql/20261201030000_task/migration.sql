-- CreateTable
CREATE TABLE "task" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "state" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "dataset" TEXT NOT NULL,
    "granularity" TEXT NOT NULL,
    "window_length" INTEGER NOT NULL,
    "metric" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "is_truth_hidden" BOOLEAN NOT NULL,
    "definition" TEXT NOT NULL,
    "hash" TEXT,
    "made_of" TEXT NOT NULL,
    "left_out" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "frozen_at" TIMESTAMP(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_member" (
    "run_number" INTEGER NOT NULL,
    "task_id" INTEGER NOT NULL,
    "lumisection_first" INTEGER NOT NULL,
    "lumisection_last" INTEGER NOT NULL,
    "part" TEXT NOT NULL,
    "truth" TEXT NOT NULL,
    "digest" BYTEA,

    CONSTRAINT "task_member_pkey" PRIMARY KEY ("run_number","task_id","lumisection_first")
);

-- CreateIndex
CREATE UNIQUE INDEX "task_name_key" ON "task"("name");

-- CreateIndex
CREATE INDEX "task_hash_idx" ON "task"("hash");

-- CreateIndex
CREATE INDEX "task_member_task_id_part_run_number_lumisection_first_idx" ON "task_member"("task_id", "part", "run_number", "lumisection_first");

-- AddForeignKey
ALTER TABLE "task_member" ADD CONSTRAINT "task_member_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
