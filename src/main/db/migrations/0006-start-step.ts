/** Sweeps over T′ and other settings, what they computed, and the choice of T′ that evaluations use. */
export const startStep = `
CREATE TABLE sweep (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  job_id INTEGER UNIQUE REFERENCES job ON DELETE SET NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sweep_by_run ON sweep (run_id, id);

-- One setting of one pair of weights: all that maps depend on besides the image. Weights are named by content.
CREATE TABLE sweep_cell (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  unet_sha256 TEXT NOT NULL,
  features TEXT NOT NULL,
  reconstruction TEXT NOT NULL,
  blur_sigma REAL NOT NULL,
  batch INTEGER NOT NULL,
  UNIQUE (unet_sha256, features, reconstruction, blur_sigma, batch)
) STRICT;

-- The maps of one image; the key names its content. The file is sweeps/<cell>/<key>.npy.
CREATE TABLE sweep_map (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  cell_id INTEGER NOT NULL REFERENCES sweep_cell ON DELETE CASCADE,
  image_key TEXT NOT NULL,
  max_feature REAL NOT NULL,
  max_pixel REAL NOT NULL,
  milliseconds REAL NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  UNIQUE (cell_id, image_key)
) STRICT;

-- What was measured on maps for a mask, v · ratio and crop; the mask is named by content, '' is none.
CREATE TABLE sweep_measure (
  map_id INTEGER NOT NULL REFERENCES sweep_map ON DELETE CASCADE,
  mask TEXT NOT NULL,
  weight REAL NOT NULL,
  crop INTEGER NOT NULL CHECK (crop IN (0, 1)),
  score REAL NOT NULL,
  inside_max REAL,
  inside_mean REAL,
  outside_max REAL,
  outside_mean REAL,
  PRIMARY KEY (map_id, mask, weight, crop)
) STRICT, WITHOUT ROWID;

-- Figures that take all maps of a cell together, by a hash of maps, masks, weight and crop.
CREATE TABLE sweep_figure (
  digest TEXT PRIMARY KEY,
  metrics TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep_distance (
  features TEXT NOT NULL,
  bank TEXT NOT NULL,
  image_key TEXT NOT NULL,
  distance REAL NOT NULL,
  PRIMARY KEY (features, bank, image_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE start_step_choice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  choice TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX start_step_choice_by_run ON start_step_choice (run_id, id);
`
