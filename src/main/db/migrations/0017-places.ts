/** Places where studies run besides this machine, the studies that were sent there, and their tasks. */
export const places = `
CREATE TABLE place (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  -- JSON; see PlaceSettings.
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sent_study (
  study_id INTEGER PRIMARY KEY REFERENCES study ON DELETE CASCADE,
  place_id INTEGER NOT NULL REFERENCES place,
  -- Names the Slurm job and the folder on shared scratch.
  key TEXT NOT NULL UNIQUE,
  folder TEXT NOT NULL,
  submission TEXT NOT NULL,
  script TEXT NOT NULL,
  submitted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sent_study_by_place ON sent_study (place_id);

CREATE TABLE task (
  run_id INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  study_id INTEGER NOT NULL REFERENCES sent_study ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
    ('queued', 'running', 'paused', 'finished', 'stopped', 'cancelled', 'failed')),
  queue TEXT,
  node TEXT,
  slurm_job INTEGER,
  phase TEXT,
  steps INTEGER NOT NULL DEFAULT 0,
  total_steps INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  seconds_left REAL,
  attempt INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  log TEXT NOT NULL DEFAULT '',
  told_at INTEGER,
  -- A result comes in once: its hash and when.
  result_sha256 TEXT,
  imported_at INTEGER,
  UNIQUE (study_id, number),
  CHECK ((result_sha256 IS NULL) = (imported_at IS NULL))
) STRICT;
-- Those that are still to be heard of.
CREATE INDEX task_open ON task (study_id) WHERE imported_at IS NULL;
`
