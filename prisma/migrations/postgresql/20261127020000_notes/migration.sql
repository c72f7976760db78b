-- AlterTable
ALTER TABLE "dataset" ADD COLUMN     "description" TEXT;

-- CreateTable
CREATE TABLE "dataset_contribution" (
    "dataset_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "describes" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "dataset_contribution_pkey" PRIMARY KEY ("dataset_id","file_id")
);

-- CreateTable
CREATE TABLE "note" (
    "run_number" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "lumisection_first" INTEGER,
    "lumisection_last" INTEGER,
    "monitor_element_id" INTEGER,
    "text" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "note_pkey" PRIMARY KEY ("run_number","id")
);

-- CreateIndex
CREATE INDEX "dataset_contribution_file_id_idx" ON "dataset_contribution"("file_id");

-- CreateIndex
CREATE INDEX "note_monitor_element_id_idx" ON "note"("monitor_element_id");

-- AddForeignKey
ALTER TABLE "dataset_contribution" ADD CONSTRAINT "dataset_contribution_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "note" ADD CONSTRAINT "note_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run"("number") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "note" ADD CONSTRAINT "note_monitor_element_id_fkey" FOREIGN KEY ("monitor_element_id") REFERENCES "monitor_element"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
