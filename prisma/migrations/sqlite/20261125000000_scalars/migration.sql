-- AlterTable
ALTER TABLE "monitor_element" ADD COLUMN "efficiency" BOOLEAN;

-- CreateTable
CREATE TABLE "scalar_value" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "file_id" INTEGER,
    "type" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "number" REAL,

    PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "quality_test" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "file_id" INTEGER,
    "status_code" INTEGER NOT NULL,
    "result" REAL,
    "algorithm" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id", "name")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "scalar_contribution" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "quality_test" TEXT NOT NULL,
    "file_id" INTEGER NOT NULL,

    PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id", "quality_test", "file_id")
) WITHOUT ROWID;

-- CreateIndex
CREATE INDEX "scalar_value_monitor_element_id_idx" ON "scalar_value"("monitor_element_id");

-- CreateIndex
CREATE INDEX "scalar_value_file_id_idx" ON "scalar_value"("file_id");

-- CreateIndex
CREATE INDEX "quality_test_monitor_element_id_idx" ON "quality_test"("monitor_element_id");

-- CreateIndex
CREATE INDEX "quality_test_file_id_idx" ON "quality_test"("file_id");

-- CreateIndex
CREATE INDEX "scalar_contribution_file_id_idx" ON "scalar_contribution"("file_id");
