/** Ids are never used again: addresses and folders are named by them. */
export const initial = `
CREATE TABLE dataset (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  layout TEXT NOT NULL,
  root TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE category (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  name TEXT NOT NULL,
  nominal_train INTEGER NOT NULL,
  nominal_validation INTEGER NOT NULL,
  nominal_test INTEGER NOT NULL,
  defects TEXT NOT NULL,
  UNIQUE (dataset_id, name)
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  category TEXT NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  defect_type TEXT NOT NULL,
  anomalous INTEGER NOT NULL CHECK (anomalous IN (0, 1)),
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified_at REAL NOT NULL,
  sha256 TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  UNIQUE (dataset_id, path),
  FOREIGN KEY (dataset_id, category) REFERENCES category (dataset_id, name) ON DELETE CASCADE
) STRICT;
CREATE INDEX image_by_category ON image (dataset_id, category, split, defect_type, path);

-- The data set's own mask files of an image; LOCO has one per region.
CREATE TABLE image_mask_file (
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (image_id, position)
) STRICT, WITHOUT ROWID;

-- Version 0 is the data set's own mask; the highest version is in force. Rows are never changed.
CREATE TABLE mask_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 0),
  parent_id INTEGER REFERENCES mask_version ON DELETE CASCADE,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  file TEXT,
  sha256 TEXT,
  CHECK ((version = 0) = (file IS NULL)),
  UNIQUE (image_id, version)
) STRICT;
CREATE INDEX mask_version_by_parent ON mask_version (parent_id);

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  category TEXT NOT NULL,
  config TEXT NOT NULL,
  seed INTEGER NOT NULL,
  dataset_fingerprint TEXT NOT NULL,
  app_version TEXT NOT NULL,
  tensorflow TEXT,
  device TEXT,
  parent_run_id INTEGER REFERENCES run ON DELETE SET NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX run_by_dataset ON run (dataset_id, category);
CREATE INDEX run_by_parent ON run (parent_run_id);

CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('unet', 'features')),
  step INTEGER NOT NULL,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (run_id, kind, step)
) STRICT;

CREATE TABLE metric_point (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (run_id, name, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  category TEXT NOT NULL,
  checkpoint_id INTEGER REFERENCES checkpoint ON DELETE SET NULL,
  features_checkpoint_id INTEGER REFERENCES checkpoint ON DELETE SET NULL,
  settings TEXT NOT NULL,
  calibration TEXT,
  seconds_per_image REAL NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX evaluation_by_run ON evaluation (run_id, finished_at);
CREATE INDEX evaluation_by_category ON evaluation (dataset_id, category, finished_at);
CREATE INDEX evaluation_by_checkpoint ON evaluation (checkpoint_id);
CREATE INDEX evaluation_by_features ON evaluation (features_checkpoint_id);

CREATE TABLE image_result (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  evaluation_id INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  mask_version_id INTEGER REFERENCES mask_version ON DELETE SET NULL,
  score REAL NOT NULL,
  start_step INTEGER NOT NULL,
  ratio REAL NOT NULL,
  milliseconds REAL NOT NULL,
  maps_file TEXT NOT NULL,
  maps_bytes INTEGER NOT NULL,
  maps_sha256 TEXT NOT NULL,
  reconstruction_file TEXT NOT NULL,
  reconstruction_bytes INTEGER NOT NULL,
  reconstruction_sha256 TEXT NOT NULL,
  UNIQUE (evaluation_id, image_id)
) STRICT;
CREATE INDEX image_result_by_score ON image_result (evaluation_id, score);
CREATE INDEX image_result_by_image ON image_result (image_id);
CREATE INDEX image_result_by_mask ON image_result (mask_version_id);

CREATE TABLE category_metric (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  evaluation_id INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
  defect_type TEXT,
  name TEXT NOT NULL,
  value REAL,
  UNIQUE (evaluation_id, name, defect_type)
) STRICT;

CREATE TABLE operating_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  evaluation_id INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
  rule TEXT NOT NULL,
  threshold REAL NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX operating_point_by_evaluation ON operating_point (evaluation_id, created_at);

CREATE TABLE review (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  verdict TEXT NOT NULL,
  cause TEXT,
  note TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX review_by_image ON review (image_id, created_at);

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('train', 'adapt', 'evaluate', 'sweep', 'import')),
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'paused', 'finished', 'stopped', 'cancelled', 'failed')),
  run_id INTEGER REFERENCES run ON DELETE CASCADE,
  evaluation_id INTEGER REFERENCES evaluation ON DELETE CASCADE,
  -- Begins only when that job has finished.
  after_id INTEGER REFERENCES job ON DELETE SET NULL,
  title TEXT NOT NULL,
  -- How the user, perhaps in another process, wants it ended.
  wanted_end TEXT CHECK (wanted_end IN ('stop', 'cancel')),
  done INTEGER,
  total INTEGER,
  seconds_per_step REAL,
  seconds_left REAL,
  error TEXT,
  owner_pid INTEGER,
  owner_token TEXT,
  heartbeat_at INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  CHECK ((state = 'running') = (owner_pid IS NOT NULL)),
  CHECK ((owner_pid IS NULL) = (owner_token IS NULL)),
  CHECK ((done IS NULL) = (total IS NULL))
) STRICT;
CREATE INDEX job_by_state ON job (state, id);
CREATE INDEX job_by_run ON job (run_id, kind, id);
CREATE INDEX job_by_evaluation ON job (evaluation_id);
CREATE INDEX job_by_after ON job (after_id);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
