-- RedefineTables
CREATE TABLE "new_contribution" (
    "run_number" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "part" INTEGER NOT NULL DEFAULT 0,
    "like_file_id" INTEGER,
    "binning_id" INTEGER,
    "fractional" INTEGER NOT NULL DEFAULT 0,
    "entries" REAL,
    "title" TEXT,
    "bins" BLOB,

    PRIMARY KEY ("run_number", "monitor_element_id", "lumisection_number", "dataset_id", "file_id", "part")
) WITHOUT ROWID;

-- Until now every row said that a file has alike what the file of the histogram brought.
INSERT INTO "new_contribution" ("run_number", "monitor_element_id", "lumisection_number", "dataset_id", "file_id", "like_file_id")
SELECT c."run_number", c."monitor_element_id", c."lumisection_number", c."dataset_id", c."file_id",
  coalesce(
    (SELECT h."file_id" FROM "lumisection_histogram" h WHERE h."run_number" = c."run_number"
      AND h."monitor_element_id" = c."monitor_element_id" AND h."lumisection_number" = c."lumisection_number"
      AND h."dataset_id" = c."dataset_id"),
    (SELECT h."file_id" FROM "run_histogram" h WHERE c."lumisection_number" = 0 AND h."run_number" = c."run_number"
      AND h."monitor_element_id" = c."monitor_element_id" AND h."dataset_id" = c."dataset_id"))
FROM "contribution" c;

DROP TABLE "contribution";
ALTER TABLE "new_contribution" RENAME TO "contribution";

-- CreateIndex
CREATE INDEX "contribution_file_id_idx" ON "contribution"("file_id");

-- AlterTable
ALTER TABLE "data_file" ADD COLUMN "added" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "data_file" ADD COLUMN "lease_owner" TEXT;
ALTER TABLE "data_file" ADD COLUMN "lease_expires_at" DATETIME;

-- CreateIndex
CREATE INDEX "data_file_path_idx" ON "data_file"("path");
