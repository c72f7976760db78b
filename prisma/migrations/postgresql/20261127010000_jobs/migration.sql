-- CreateTable
CREATE TABLE "job" (
    "id" SERIAL NOT NULL,
    "file_id" INTEGER NOT NULL,
    "offered_file_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "settings" TEXT NOT NULL,
    "bytes_done" BIGINT NOT NULL DEFAULT 0,
    "bytes_total" BIGINT NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,
    "started_at" TIMESTAMP(3),
    "finished_at" TIMESTAMP(3),
    "not_before" TIMESTAMP(3) NOT NULL,
    "lease_owner" TEXT,
    "lease_expires_at" TIMESTAMP(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "job_state_id_idx" ON "job"("state", "id");

-- CreateIndex
CREATE INDEX "job_file_id_idx" ON "job"("file_id");

-- CreateIndex
CREATE INDEX "job_offered_file_id_idx" ON "job"("offered_file_id");
