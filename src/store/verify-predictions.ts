/** What predictions hold fits the task, and what is kept of them is of the scores that they have. */
export const predictionChecks = [
  {
    check: 'scores:members',
    rule: 'there is an answer and a place for a score for each member of the part',
    sql: `SELECT s.prediction_id, s.part, s.monitor_element_id, length(s.answers) AS answers
          FROM prediction_scores s JOIN prediction p ON p.id = s.prediction_id
          WHERE length(s.scores) <> 8 * length(s.answers) OR length(s.answers) <>
            (SELECT count(*) FROM task_member m WHERE m.task_id = p.task_id AND m.part = s.part)`,
  },
  {
    check: 'count:prediction',
    rule: 'a prediction has as many scores of the test part as its row says',
    sql: `SELECT p.id, p.scored FROM prediction p LEFT JOIN prediction_scores s
            ON s.prediction_id = p.id AND s.part = 'TEST' AND s.monitor_element_id = 0
          WHERE p.scored <> coalesce(s.scored, 0)`,
  },
  {
    check: 'evaluation:scores',
    rule: 'an evaluation is of the scores that its prediction has',
    sql: `SELECT e.prediction_id, e.scope, e.truth_hash FROM evaluation e JOIN prediction p ON p.id = e.prediction_id
          WHERE p.scores_hash IS NULL OR p.scores_hash <> e.scores_hash`,
  },
  {
    check: 'orphan:prediction_scores:monitor_element',
    rule: 'scores of a monitor element are of one that is known',
    sql: `SELECT s.prediction_id, s.part, s.monitor_element_id FROM prediction_scores s
          WHERE s.monitor_element_id <> 0 AND NOT EXISTS (SELECT 1 FROM monitor_element o WHERE o.id = s.monitor_element_id)`,
  },
] as const;
