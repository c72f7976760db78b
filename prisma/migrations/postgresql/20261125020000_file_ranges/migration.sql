-- Rows of a file lie together: where, ranges of pages tell at a fraction of the cost.
DROP INDEX "lumisection_histogram_file_id_idx";

-- CreateIndex
CREATE INDEX "lumisection_histogram_file_id_idx" ON "lumisection_histogram" USING BRIN ("file_id") WITH (autosummarize = on);
