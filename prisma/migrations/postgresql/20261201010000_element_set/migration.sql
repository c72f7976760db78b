-- CreateTable
CREATE TABLE "element_set" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "description" TEXT,
    "include_globs" TEXT NOT NULL,
    "exclude_globs" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "element_set_pkey" PRIMARY KEY ("name","version")
);
