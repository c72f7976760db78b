-- CreateTable
CREATE TABLE "strategy_run" (
    "prediction_id" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "steps_done" INTEGER NOT NULL DEFAULT 0,
    "steps_total" INTEGER NOT NULL DEFAULT 0,
    "not_learned" TEXT NOT NULL DEFAULT '[]',
    "not_before" TIMESTAMP(3) NOT NULL,
    "lease_owner" TEXT,
    "lease_expires_at" TIMESTAMP(3),
    "queued_at" TIMESTAMP(3) NOT NULL,
    "started_at" TIMESTAMP(3),
    "finished_at" TIMESTAMP(3),

    CONSTRAINT "strategy_run_pkey" PRIMARY KEY ("prediction_id")
);

-- CreateTable
CREATE TABLE "strategy_model" (
    "prediction_id" INTEGER NOT NULL,
    "monitor_element_id" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "left_out" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "axes" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,
    "size" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "strategy_model_pkey" PRIMARY KEY ("prediction_id","monitor_element_id")
);

-- CreateTable
CREATE TABLE "watch" (
    "prediction_id" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "lease_owner" TEXT,
    "lease_expires_at" TIMESTAMP(3),
    "error_code" TEXT,
    "error_message" TEXT,

    CONSTRAINT "watch_pkey" PRIMARY KEY ("prediction_id")
);

-- CreateTable
CREATE TABLE "watched_run" (
    "run_number" INTEGER NOT NULL,
    "prediction_id" INTEGER NOT NULL,
    "histograms" INTEGER NOT NULL,

    CONSTRAINT "watched_run_pkey" PRIMARY KEY ("run_number","prediction_id")
);

-- CreateTable
CREATE TABLE "watched_score" (
    "run_number" INTEGER NOT NULL,
    "prediction_id" INTEGER NOT NULL,
    "lumisection_number" INTEGER NOT NULL,
    "score" DOUBLE PRECISION,
    "reason" TEXT,
    "histograms" INTEGER NOT NULL,
    "scored_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "watched_score_pkey" PRIMARY KEY ("run_number","prediction_id","lumisection_number")
);

-- CreateIndex
CREATE INDEX "strategy_run_finished_at_prediction_id_idx" ON "strategy_run"("finished_at", "prediction_id");

-- CreateIndex
CREATE INDEX "watched_run_prediction_id_idx" ON "watched_run"("prediction_id");

-- CreateIndex
CREATE INDEX "watched_score_prediction_id_run_number_lumisection_number_idx" ON "watched_score"("prediction_id", "run_number", "lumisection_number");

-- AddForeignKey
ALTER TABLE "strategy_run" ADD CONSTRAINT "strategy_run_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "strategy_model" ADD CONSTRAINT "strategy_model_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "watch" ADD CONSTRAINT "watch_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "watched_score" ADD CONSTRAINT "watched_score_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "prediction"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
