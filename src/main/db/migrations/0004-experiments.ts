/** Experiments: what a run was computed with, how people sort runs, studies, and a queue that goes on by itself. */
export const experiments = `
CREATE TABLE study (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX study_by_dataset ON study (dataset_id);

-- What computed it, as JSON; see RunEnvironment.
ALTER TABLE run ADD COLUMN environment TEXT;
ALTER TABLE run ADD COLUMN study_id INTEGER REFERENCES study ON DELETE SET NULL;
ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1));
ALTER TABLE run ADD COLUMN archived_at INTEGER;
-- In the trash since then; the files are still there.
ALTER TABLE run ADD COLUMN trashed_at INTEGER;
-- Of the last change to name, note, tags and the like, so that another process notices it.
ALTER TABLE run ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_by_study ON run (study_id);
CREATE INDEX run_by_change ON run (changed_at);
ALTER TABLE evaluation ADD COLUMN environment TEXT;

CREATE TABLE run_tag (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run_id, tag)
) STRICT, WITHOUT ROWID;

-- First, last, lowest and highest of each curve, so that lists need not read the points.
CREATE TABLE metric_summary (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name TEXT NOT NULL,
  last_step INTEGER NOT NULL,
  last_value REAL,
  min_value REAL,
  max_value REAL,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_summary (run_id, name, last_step, last_value, min_value, max_value)
  SELECT run_id, name, max(step),
    (SELECT value FROM metric_point AS newest
      WHERE newest.run_id = metric_point.run_id AND newest.name = metric_point.name
      ORDER BY step DESC LIMIT 1),
    min(value), max(value)
  FROM metric_point GROUP BY run_id, name;

CREATE TABLE run_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  job_id INTEGER REFERENCES job ON DELETE SET NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  text TEXT NOT NULL
) STRICT;
CREATE INDEX run_log_by_run ON run_log (run_id, id);
CREATE INDEX run_log_by_job ON run_log (job_id);

-- Place in the queue, lowest first.
ALTER TABLE job ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE job SET position = id;
CREATE INDEX job_by_position ON job (state, position, id);
-- The state that a job takes once it has stopped with its work kept; NULL is 'stopped'.
ALTER TABLE job ADD COLUMN rest_state TEXT CHECK (rest_state IN ('queued', 'paused'));
-- Why it ended before its time without anyone's wish; it goes on by itself.
ALTER TABLE job ADD COLUMN interruption TEXT;
ALTER TABLE job ADD COLUMN interrupted_at INTEGER;
-- Continuations by itself, in all and since it last saved something.
ALTER TABLE job ADD COLUMN continued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
-- Time worked on it until its last end, over all its continuations.
ALTER TABLE job ADD COLUMN seconds_spent REAL NOT NULL DEFAULT 0;
UPDATE job SET seconds_spent = (ended_at - started_at) / 1000.0
  WHERE ended_at IS NOT NULL AND started_at IS NOT NULL;
-- The measured time left at the pace of the slower and of the faster steps.
ALTER TABLE job ADD COLUMN seconds_left_low REAL;
ALTER TABLE job ADD COLUMN seconds_left_high REAL;
`
