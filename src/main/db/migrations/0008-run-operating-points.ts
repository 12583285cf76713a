/**
 * An operating point belongs to a run and holds how its images are scored (T′ or a rule for it, skip, w, v), with
 * thresholds where some were chosen. Choices of T′, which had a table of their own, become operating points.
 */
export const runOperatingPoints = `
CREATE TEMP TABLE point_in_use AS
  SELECT id AS evaluation_id, operating_point_id FROM evaluation WHERE operating_point_id IS NOT NULL;

CREATE TABLE run_operating_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  -- Whose scores the thresholds were chosen on.
  evaluation_id INTEGER REFERENCES evaluation ON DELETE SET NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

-- Names were unique for each evaluation; where two of a run share one, the later says which it is of.
INSERT INTO run_operating_point (id, run_id, evaluation_id, name, settings, created_at, deleted_at)
SELECT point.id, evaluation.run_id, evaluation.id,
  CASE WHEN point.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM operating_point AS other JOIN evaluation AS own ON own.id = other.evaluation_id
    WHERE own.run_id = evaluation.run_id AND other.name = point.name AND other.id < point.id
      AND other.deleted_at IS NULL
  ) THEN point.name || ' (evaluation ' || evaluation.id || ')' ELSE point.name END,
  json_object(
    'evaluation', json_object(
      'reconstruction', CASE WHEN json_extract(point.settings, '$.startStep') IS NULL
        THEN json_extract(evaluation.settings, '$.reconstruction')
        ELSE json_set(json_extract(evaluation.settings, '$.reconstruction'),
          '$.startStep', json_extract(point.settings, '$.startStep'),
          '$.skip', min(json_extract(point.settings, '$.startStep'),
            json_extract(evaluation.settings, '$.reconstruction.skip')))
        END,
      'scoring', json_set(json_extract(evaluation.settings, '$.scoring'), '$.pixelWeight',
        json_extract(point.settings, '$.pixelWeight')),
      'startStepRule', CASE WHEN json_extract(point.settings, '$.startStep') IS NULL
        THEN json_extract(evaluation.settings, '$.startStepRule') END
    ),
    'reason', CASE WHEN json_extract(point.settings, '$.startStep') IS NOT NULL
      THEN 'chosen with the threshold' END,
    'thresholds', json_remove(point.settings, '$.pixelWeight', '$.startStep')
  ),
  point.created_at, point.deleted_at
FROM operating_point AS point JOIN evaluation ON evaluation.id = point.evaluation_id
ORDER BY point.id;

-- The part of a reason before its last colon names the rule. Of equal choices the newest is kept.
WITH choice AS (
  SELECT max(id) AS id, run_id, choice, json_extract(choice, '$.reason') AS reason
  FROM start_step_choice GROUP BY run_id, choice
), named AS (
  SELECT choice.*, CASE
    WHEN reason LIKE 'per image: %: %'
      THEN 'per image: ' || substr(reason, 12, instr(substr(reason, 12), ': ') - 1)
    WHEN instr(reason, ': ') > 1 THEN substr(reason, 1, instr(reason, ': ') - 1)
    ELSE 'T′ ' || json_extract(choice, '$.reconstruction.startStep') END AS name
  FROM choice
)
INSERT INTO run_operating_point (run_id, name, settings, created_at)
SELECT named.run_id,
  CASE WHEN row_number() OVER (PARTITION BY named.run_id, named.name ORDER BY named.id DESC) = 1
    AND NOT EXISTS (SELECT 1 FROM run_operating_point AS other WHERE other.run_id = named.run_id
      AND other.name = named.name AND other.deleted_at IS NULL)
  THEN named.name ELSE named.name || ' (choice ' || named.id || ')' END,
  json_object(
    'evaluation', json_object(
      'reconstruction', json_extract(named.choice, '$.reconstruction'),
      'scoring', json_set(json_extract(run.config, '$.scoring'), '$.pixelWeight',
        json_extract(named.choice, '$.pixelWeight')),
      'startStepRule', json_extract(named.choice, '$.rule')
    ),
    'reason', named.reason,
    'thresholds', NULL
  ),
  start_step_choice.created_at
FROM named JOIN run ON run.id = named.run_id JOIN start_step_choice ON start_step_choice.id = named.id
ORDER BY named.id;

DROP TABLE operating_point;
DROP TABLE start_step_choice;
ALTER TABLE run_operating_point RENAME TO operating_point;
CREATE UNIQUE INDEX operating_point_by_name ON operating_point (run_id, name)
  WHERE deleted_at IS NULL;
CREATE INDEX operating_point_by_run ON operating_point (run_id, id);
CREATE INDEX operating_point_by_evaluation ON operating_point (evaluation_id);

UPDATE evaluation SET operating_point_id =
  (SELECT operating_point_id FROM point_in_use WHERE evaluation_id = evaluation.id);
DROP TABLE point_in_use;

-- What new evaluations of the run are made with: the newest choice of T′, as before.
ALTER TABLE run ADD COLUMN operating_point_id INTEGER REFERENCES operating_point ON DELETE SET NULL;
CREATE INDEX run_by_operating_point ON run (operating_point_id);
UPDATE run SET operating_point_id =
  (SELECT max(id) FROM operating_point WHERE run_id = run.id AND evaluation_id IS NULL);
`
