-- AlterTable
ALTER TABLE "certification_version" ADD COLUMN "cause" TEXT;

-- AlterTable
ALTER TABLE "certification_version" ADD COLUMN "comment" TEXT;

-- CreateTable
CREATE TABLE "saved_mask" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "expression" TEXT NOT NULL,
    "comment" TEXT,
    "author" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "made_of" TEXT NOT NULL,

    PRIMARY KEY ("name", "version")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "saved_mask_range" (
    "run_number" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "lumisection_first" INTEGER NOT NULL,
    "lumisection_last" INTEGER NOT NULL,

    PRIMARY KEY ("run_number", "name", "version", "lumisection_first"),
    CONSTRAINT "saved_mask_range_name_version_fkey" FOREIGN KEY ("name", "version") REFERENCES "saved_mask" ("name", "version") ON DELETE RESTRICT ON UPDATE NO ACTION
) WITHOUT ROWID;

-- CreateIndex
CREATE INDEX "saved_mask_range_name_version_idx" ON "saved_mask_range"("name", "version");
