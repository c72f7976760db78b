-- CreateTable
CREATE TABLE "element_set" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "description" TEXT,
    "include_globs" TEXT NOT NULL,
    "exclude_globs" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,

    PRIMARY KEY ("name", "version")
) WITHOUT ROWID;
