-- CreateTable
CREATE TABLE "run" (
    "number" INTEGER NOT NULL,
    "year" INTEGER,
    "era" TEXT,
    "period" TEXT,
    "fill" INTEGER,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "initial_lumi" DOUBLE PRECISION,
    "end_lumi" DOUBLE PRECISION,
    "lumisection_count" INTEGER,
    "delivered_lumi" DOUBLE PRECISION,
    "recorded_lumi" DOUBLE PRECISION,
    "energy" DOUBLE PRECISION,
    "magnetic_field" DOUBLE PRECISION,

    CONSTRAINT "run_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "lumisection" (
    "run_number" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "zero_bias_rate" DOUBLE PRECISION,
    "delivered_lumi" DOUBLE PRECISION,
    "recorded_lumi" DOUBLE PRECISION,
    "pileup" DOUBLE PRECISION,
    "flags_on" BIGINT NOT NULL DEFAULT 0,
    "flags_off" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "lumisection_pkey" PRIMARY KEY ("run_number","number")
);

-- CreateTable
CREATE TABLE "dataset" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "primary_dataset" TEXT,
    "era" TEXT,
    "processing" TEXT,
    "tier" TEXT,

    CONSTRAINT "dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "monitor_element" (
    "id" SERIAL NOT NULL,
    "path" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "subsystem" TEXT,
    "dimension" INTEGER,
    "kind" TEXT,

    CONSTRAINT "monitor_element_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "binning" (
    "id" SERIAL NOT NULL,
    "hash" TEXT NOT NULL,
    "dimension" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "axes" TEXT NOT NULL,

    CONSTRAINT "binning_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lumisection_histogram" (
    "run_number" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "binning_id" INTEGER NOT NULL,
    "file_id" INTEGER,
    "entries" DOUBLE PRECISION,
    "integral" DOUBLE PRECISION NOT NULL,
    "mean_x" DOUBLE PRECISION,
    "rms_x" DOUBLE PRECISION,
    "mean_y" DOUBLE PRECISION,
    "rms_y" DOUBLE PRECISION,
    "skewness" DOUBLE PRECISION,
    "kurtosis" DOUBLE PRECISION,
    "bins" BYTEA NOT NULL,

    CONSTRAINT "lumisection_histogram_pkey" PRIMARY KEY ("run_number","monitor_element_id","lumisection_number","dataset_id")
);

-- CreateTable
CREATE TABLE "run_histogram" (
    "run_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "binning_id" INTEGER,
    "file_id" INTEGER,
    "title" TEXT,
    "entries" DOUBLE PRECISION,
    "integral" DOUBLE PRECISION,
    "mean_x" DOUBLE PRECISION,
    "rms_x" DOUBLE PRECISION,
    "mean_y" DOUBLE PRECISION,
    "rms_y" DOUBLE PRECISION,
    "skewness" DOUBLE PRECISION,
    "kurtosis" DOUBLE PRECISION,
    "bins" BYTEA,

    CONSTRAINT "run_histogram_pkey" PRIMARY KEY ("run_number","dataset_id","monitor_element_id")
);

-- CreateTable
CREATE TABLE "run_monitor_element" (
    "run_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "lumisection_count" INTEGER NOT NULL DEFAULT 0,
    "empty_count" INTEGER NOT NULL DEFAULT 0,
    "run_histogram_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "run_monitor_element_pkey" PRIMARY KEY ("run_number","dataset_id","monitor_element_id")
);

-- CreateTable
CREATE TABLE "contribution" (
    "run_number" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "dataset_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "bins" BYTEA,

    CONSTRAINT "contribution_pkey" PRIMARY KEY ("run_number","monitor_element_id","lumisection_number","dataset_id","file_id")
);

-- CreateTable
CREATE TABLE "certification_version" (
    "source" TEXT NOT NULL,
    "dataset" TEXT NOT NULL,
    "subsystem" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "author" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,
    "file_id" INTEGER,

    CONSTRAINT "certification_version_pkey" PRIMARY KEY ("source","dataset","subsystem","version")
);

-- CreateTable
CREATE TABLE "certification" (
    "run_number" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "dataset" TEXT NOT NULL,
    "subsystem" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "lumisection_first" INTEGER NOT NULL,
    "lumisection_last" INTEGER NOT NULL,
    "flag" TEXT NOT NULL,

    CONSTRAINT "certification_pkey" PRIMARY KEY ("run_number","source","dataset","subsystem","version","lumisection_first")
);

-- CreateTable
CREATE TABLE "certification_fraction" (
    "run_number" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "subsystem" TEXT NOT NULL,
    "fraction" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "certification_fraction_pkey" PRIMARY KEY ("run_number","source","subsystem")
);

-- CreateTable
CREATE TABLE "data_file" (
    "id" SERIAL NOT NULL,
    "path" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "format" TEXT NOT NULL,
    "dataset" TEXT NOT NULL DEFAULT '',
    "source" TEXT NOT NULL DEFAULT '',
    "me_map" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL,
    "bytes_done" BIGINT NOT NULL DEFAULT 0,
    "lines_done" BIGINT NOT NULL DEFAULT 0,
    "inserted" INTEGER NOT NULL DEFAULT 0,
    "identical" INTEGER NOT NULL DEFAULT 0,
    "conflicting" INTEGER NOT NULL DEFAULT 0,
    "replaced" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,
    "started_at" TIMESTAMP(3),
    "finished_at" TIMESTAMP(3),

    CONSTRAINT "data_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ingest_issue" (
    "file_id" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "severity" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "line" BIGINT,
    "byte" BIGINT,
    "field" TEXT,
    "value" TEXT,
    "reason" TEXT NOT NULL,

    CONSTRAINT "ingest_issue_pkey" PRIMARY KEY ("file_id","number")
);

-- CreateIndex
CREATE INDEX "run_year_number_idx" ON "run"("year", "number");

-- CreateIndex
CREATE INDEX "run_fill_idx" ON "run"("fill");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_name_key" ON "dataset"("name");

-- CreateIndex
CREATE UNIQUE INDEX "monitor_element_path_key" ON "monitor_element"("path");

-- CreateIndex
CREATE INDEX "monitor_element_name_idx" ON "monitor_element"("name");

-- CreateIndex
CREATE UNIQUE INDEX "binning_hash_key" ON "binning"("hash");

-- CreateIndex
CREATE INDEX "lumisection_histogram_run_number_lumisection_number_idx" ON "lumisection_histogram"("run_number", "lumisection_number");

-- CreateIndex
CREATE INDEX "lumisection_histogram_file_id_idx" ON "lumisection_histogram"("file_id");

-- CreateIndex
CREATE INDEX "run_histogram_file_id_idx" ON "run_histogram"("file_id");

-- CreateIndex
CREATE INDEX "run_monitor_element_monitor_element_id_idx" ON "run_monitor_element"("monitor_element_id");

-- CreateIndex
CREATE INDEX "contribution_file_id_idx" ON "contribution"("file_id");

-- CreateIndex
CREATE INDEX "certification_source_version_idx" ON "certification"("source", "version");

-- CreateIndex
CREATE INDEX "data_file_status_idx" ON "data_file"("status");

-- CreateIndex
CREATE UNIQUE INDEX "data_file_sha256_dataset_source_format_me_map_key" ON "data_file"("sha256", "dataset", "source", "format", "me_map");

-- AddForeignKey
ALTER TABLE "lumisection" ADD CONSTRAINT "lumisection_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_histogram" ADD CONSTRAINT "run_histogram_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_histogram" ADD CONSTRAINT "run_histogram_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_histogram" ADD CONSTRAINT "run_histogram_monitor_element_id_fkey" FOREIGN KEY ("monitor_element_id") REFERENCES "monitor_element"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_histogram" ADD CONSTRAINT "run_histogram_binning_id_fkey" FOREIGN KEY ("binning_id") REFERENCES "binning"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_monitor_element" ADD CONSTRAINT "run_monitor_element_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_monitor_element" ADD CONSTRAINT "run_monitor_element_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "run_monitor_element" ADD CONSTRAINT "run_monitor_element_monitor_element_id_fkey" FOREIGN KEY ("monitor_element_id") REFERENCES "monitor_element"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "certification_version" ADD CONSTRAINT "certification_version_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "data_file"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "certification" ADD CONSTRAINT "certification_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "certification" ADD CONSTRAINT "certification_source_dataset_subsystem_version_fkey" FOREIGN KEY ("source", "dataset", "subsystem", "version") REFERENCES "certification_version"("source", "dataset", "subsystem", "version") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "certification_fraction" ADD CONSTRAINT "certification_fraction_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ingest_issue" ADD CONSTRAINT "ingest_issue_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "data_file"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- Bins come deflated where that pays: PostgreSQL need not try to compress them again.
ALTER TABLE "lumisection_histogram" ALTER COLUMN "bins" SET STORAGE EXTERNAL;
ALTER TABLE "run_histogram" ALTER COLUMN "bins" SET STORAGE EXTERNAL;
