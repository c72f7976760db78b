-- CreateTable
CREATE TABLE "reference_choice" (
    "run_number" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "reference_run" INTEGER NOT NULL,
    "reference_dataset" TEXT NOT NULL,
    "comment" TEXT,
    "author" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,

    PRIMARY KEY ("run_number", "dataset", "version"),
    CONSTRAINT "reference_choice_run_number_fkey" FOREIGN KEY ("run_number") REFERENCES "run" ("number") ON DELETE RESTRICT ON UPDATE NO ACTION
) WITHOUT ROWID;
