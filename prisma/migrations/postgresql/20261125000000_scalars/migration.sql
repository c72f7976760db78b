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
    "number" DOUBLE PRECISION,

    CONSTRAINT "scalar_value_pkey" PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id")
);

-- CreateTable
CREATE TABLE "quality_test" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "file_id" INTEGER,
    "status_code" INTEGER NOT NULL,
    "result" DOUBLE PRECISION,
    "algorithm" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "quality_test_pkey" PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id", "name")
);

-- CreateTable
CREATE TABLE "scalar_contribution" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "quality_test" TEXT NOT NULL,
    "file_id" INTEGER NOT NULL,

    CONSTRAINT "scalar_contribution_pkey" PRIMARY KEY ("run_number", "lumisection_number", "dataset_id", "monitor_element_id", "quality_test", "file_id")
);

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
