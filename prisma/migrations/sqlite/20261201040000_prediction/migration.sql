-- CreateTable
CREATE TABLE "strategy" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "author" TEXT NOT NULL,
    "source_url" TEXT,
    "is_built_in" BOOLEAN NOT NULL,
    "created_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "strategy_version" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "strategy_id" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "orientation" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    CONSTRAINT "strategy_version_strategy_id_fkey" FOREIGN KEY ("strategy_id") REFERENCES "strategy" ("id") ON DELETE RESTRICT ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "prediction" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "task_id" INTEGER NOT NULL,
    "task_hash" TEXT NOT NULL,
    "strategy_version_id" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "threshold" REAL,
    "threshold_from" TEXT NOT NULL,
    "scores_hash" TEXT,
    "expected" INTEGER NOT NULL,
    "scored" INTEGER NOT NULL,
    "with_reason" INTEGER NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" DATETIME NOT NULL,
    "updated_at" DATETIME NOT NULL,
    CONSTRAINT "prediction_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task" ("id") ON DELETE RESTRICT ON UPDATE NO ACTION,
    CONSTRAINT "prediction_strategy_version_id_fkey" FOREIGN KEY ("strategy_version_id") REFERENCES "strategy_version" ("id") ON DELETE RESTRICT ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "prediction_scores" (
    "prediction_id" INTEGER NOT NULL,
    "part" TEXT NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "threshold" REAL,
    "scored" INTEGER NOT NULL,
    "reason_counts" TEXT NOT NULL,
    "answers" BLOB NOT NULL,
    "scores" BLOB NOT NULL,

    PRIMARY KEY ("prediction_id", "part", "monitor_element_id"),
    CONSTRAINT "prediction_scores_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "evaluation" (
    "prediction_id" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,
    "truth_hash" TEXT NOT NULL,
    "truth_made_of" TEXT NOT NULL,
    "is_frozen_truth" BOOLEAN NOT NULL,
    "scores_hash" TEXT NOT NULL,
    "numbers" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,

    PRIMARY KEY ("prediction_id", "scope", "truth_hash"),
    CONSTRAINT "evaluation_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "evaluation_metric" (
    "prediction_id" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,
    "truth_hash" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "weighting" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "missing" TEXT NOT NULL,
    "value" REAL,
    "low" REAL,
    "high" REAL,
    "is_inverted" BOOLEAN NOT NULL,

    PRIMARY KEY ("prediction_id", "scope", "truth_hash", "metric", "weighting", "kind", "missing"),
    CONSTRAINT "evaluation_metric_prediction_id_scope_truth_hash_fkey" FOREIGN KEY ("prediction_id", "scope", "truth_hash") REFERENCES "evaluation" ("prediction_id", "scope", "truth_hash") ON DELETE CASCADE ON UPDATE NO ACTION
) WITHOUT ROWID;

-- CreateIndex
CREATE UNIQUE INDEX "strategy_name_key" ON "strategy"("name");

-- CreateIndex
CREATE UNIQUE INDEX "strategy_version_strategy_id_version_key" ON "strategy_version"("strategy_id", "version");

-- CreateIndex
CREATE INDEX "prediction_strategy_version_id_idx" ON "prediction"("strategy_version_id");

-- CreateIndex
CREATE UNIQUE INDEX "prediction_task_id_strategy_version_id_key" ON "prediction"("task_id", "strategy_version_id");
