-- CreateTable
CREATE TABLE "strategy" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "author" TEXT NOT NULL,
    "source_url" TEXT,
    "is_built_in" BOOLEAN NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "strategy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "strategy_version" (
    "id" SERIAL NOT NULL,
    "strategy_id" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "orientation" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "strategy_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prediction" (
    "id" SERIAL NOT NULL,
    "task_id" INTEGER NOT NULL,
    "task_hash" TEXT NOT NULL,
    "strategy_version_id" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION,
    "threshold_from" TEXT NOT NULL,
    "scores_hash" TEXT,
    "expected" INTEGER NOT NULL,
    "scored" INTEGER NOT NULL,
    "with_reason" INTEGER NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "prediction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prediction_scores" (
    "prediction_id" INTEGER NOT NULL,
    "part" TEXT NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "threshold" DOUBLE PRECISION,
    "scored" INTEGER NOT NULL,
    "reason_counts" TEXT NOT NULL,
    "answers" BYTEA NOT NULL,
    "scores" BYTEA NOT NULL,

    CONSTRAINT "prediction_scores_pkey" PRIMARY KEY ("prediction_id","part","monitor_element_id")
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
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "evaluation_pkey" PRIMARY KEY ("prediction_id","scope","truth_hash")
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
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "is_inverted" BOOLEAN NOT NULL,

    CONSTRAINT "evaluation_metric_pkey" PRIMARY KEY ("prediction_id","scope","truth_hash","metric","weighting","kind","missing")
);

-- CreateIndex
CREATE UNIQUE INDEX "strategy_name_key" ON "strategy"("name");

-- CreateIndex
CREATE UNIQUE INDEX "strategy_version_strategy_id_version_key" ON "strategy_version"("strategy_id", "version");

-- CreateIndex
CREATE INDEX "prediction_strategy_version_id_idx" ON "prediction"("strategy_version_id");

-- CreateIndex
CREATE UNIQUE INDEX "prediction_task_id_strategy_version_id_key" ON "prediction"("task_id", "strategy_version_id");

-- AddForeignKey
ALTER TABLE "strategy_version" ADD CONSTRAINT "strategy_version_strategy_id_fkey" FOREIGN KEY ("strategy_id") REFERENCES "strategy"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "prediction" ADD CONSTRAINT "prediction_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "prediction" ADD CONSTRAINT "prediction_strategy_version_id_fkey" FOREIGN KEY ("strategy_version_id") REFERENCES "strategy_version"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "prediction_scores" ADD CONSTRAINT "prediction_scores_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "evaluation_metric" ADD CONSTRAINT "evaluation_metric_prediction_id_scope_truth_hash_fkey" FOREIGN KEY ("prediction_id", "scope", "truth_hash") REFERENCES "evaluation"("prediction_id", "scope", "truth_hash") ON DELETE CASCADE ON UPDATE NO ACTION;
