-- AlterTable
ALTER TABLE "run_monitor_element" ADD COLUMN "scalar_count" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "run_monitor_element" ADD COLUMN "quality_test_count" INTEGER NOT NULL DEFAULT 0;

-- What is stored already.
INSERT INTO "run_monitor_element" ("run_number", "dataset_id", "monitor_element_id", "scalar_count")
SELECT "run_number", "dataset_id", "monitor_element_id", count(*) FROM "scalar_value" WHERE true
GROUP BY "run_number", "dataset_id", "monitor_element_id"
ON CONFLICT ("run_number", "dataset_id", "monitor_element_id") DO UPDATE SET "scalar_count" = excluded."scalar_count";

-- What is stored already.
INSERT INTO "run_monitor_element" ("run_number", "dataset_id", "monitor_element_id", "quality_test_count")
SELECT "run_number", "dataset_id", "monitor_element_id", count(*) FROM "quality_test" WHERE true
GROUP BY "run_number", "dataset_id", "monitor_element_id"
ON CONFLICT ("run_number", "dataset_id", "monitor_element_id") DO UPDATE SET "quality_test_count" = excluded."quality_test_count";
