-- AlterTable
ALTER TABLE "contribution" ADD COLUMN "part" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "contribution" ADD COLUMN "like_file_id" INTEGER;
ALTER TABLE "contribution" ADD COLUMN "binning_id" INTEGER;
ALTER TABLE "contribution" ADD COLUMN "fractional" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "contribution" ADD COLUMN "entries" DOUBLE PRECISION;
ALTER TABLE "contribution" ADD COLUMN "title" TEXT;
ALTER TABLE "contribution" DROP CONSTRAINT "contribution_pkey";
ALTER TABLE "contribution" ADD CONSTRAINT "contribution_pkey" PRIMARY KEY ("run_number", "monitor_element_id", "lumisection_number", "dataset_id", "file_id", "part");

-- Until now every row said that a file has alike what the file of the histogram brought.
UPDATE "contribution" c SET "like_file_id" = coalesce(
    (SELECT h."file_id" FROM "lumisection_histogram" h WHERE h."run_number" = c."run_number"
      AND h."monitor_element_id" = c."monitor_element_id" AND h."lumisection_number" = c."lumisection_number"
      AND h."dataset_id" = c."dataset_id"),
    (SELECT h."file_id" FROM "run_histogram" h WHERE c."lumisection_number" = 0 AND h."run_number" = c."run_number"
      AND h."monitor_element_id" = c."monitor_element_id" AND h."dataset_id" = c."dataset_id"));

-- AlterTable
ALTER TABLE "data_file" ADD COLUMN "added" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "data_file" ADD COLUMN "lease_owner" TEXT;
ALTER TABLE "data_file" ADD COLUMN "lease_expires_at" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "data_file_path_idx" ON "data_file"("path");
