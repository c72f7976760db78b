-- CreateTable
CREATE TABLE "condition_contribution" (
    "run_number" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "fields" INTEGER NOT NULL DEFAULT 0,
    "flags" BIGINT NOT NULL DEFAULT 0,

    PRIMARY KEY ("run_number", "lumisection_number", "file_id")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "fraction_contribution" (
    "run_number" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "subsystem" TEXT NOT NULL,
    "file_id" INTEGER NOT NULL,

    PRIMARY KEY ("run_number", "source", "subsystem", "file_id")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "version_contribution" (
    "source" TEXT NOT NULL,
    "dataset" TEXT NOT NULL,
    "subsystem" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,

    PRIMARY KEY ("source", "dataset", "subsystem", "version", "file_id")
) WITHOUT ROWID;

-- CreateIndex
CREATE INDEX "condition_contribution_file_id_idx" ON "condition_contribution"("file_id");

-- CreateIndex
CREATE INDEX "fraction_contribution_file_id_idx" ON "fraction_contribution"("file_id");

-- CreateIndex
CREATE INDEX "version_contribution_file_id_idx" ON "version_contribution"("file_id");
