/**
 * One store of maps for sweeps and evaluations. The maps of evaluations stay where they are on disk and get rows:
 * of those with equal settings and weights the fullest is what later jobs take up; the others, and those whose T′ was
 * chosen for each image, belong to their evaluation alone. Evaluations and sweeps keep the images that they are about.
 */
export const mapStore = `
-- All that maps depend on besides the image. Weights are named by content.
CREATE TABLE map_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  method TEXT NOT NULL,
  weights TEXT NOT NULL,
  features TEXT NOT NULL,
  settings TEXT NOT NULL,
  blur_sigma REAL NOT NULL,
  batch INTEGER NOT NULL,
  -- The only one that these maps are of: combined from others, imported, or older than this table.
  evaluation_id INTEGER REFERENCES evaluation ON DELETE CASCADE,
  -- When a job last asked for its maps, so that those used longest ago are the first to be removed.
  used_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX map_set_by_key ON map_set (weights, method, features, settings, blur_sigma, batch)
  WHERE evaluation_id IS NULL;
CREATE UNIQUE INDEX map_set_by_evaluation ON map_set (evaluation_id) WHERE evaluation_id IS NOT NULL;
CREATE INDEX map_set_by_use ON map_set (used_at, id);

-- The maps of one image; the key names its content. Files are relative to the workspace.
CREATE TABLE map (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_id INTEGER NOT NULL REFERENCES map_set ON DELETE CASCADE,
  image_key TEXT NOT NULL,
  -- Before the blur; NULL for maps that are older than this table.
  max_feature REAL,
  max_pixel REAL,
  milliseconds REAL NOT NULL,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  -- The reconstruction; NULL where there is none.
  picture_file TEXT,
  picture_bytes INTEGER,
  picture_sha256 TEXT,
  UNIQUE (set_id, image_key)
) STRICT;

-- What was measured on maps for a mask, v · ratio and crop; '' is no mask.
CREATE TABLE map_measure (
  map_id INTEGER NOT NULL REFERENCES map ON DELETE CASCADE,
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

INSERT INTO map_set (id, method, weights, features, settings, blur_sigma, batch, used_at)
  SELECT id, 'ddad', unet_sha256, features, reconstruction, blur_sigma, batch, used_at FROM sweep_cell;
INSERT INTO map (id, set_id, image_key, max_feature, max_pixel, milliseconds, file, bytes, sha256)
  SELECT id, cell_id, image_key, max_feature, max_pixel, milliseconds,
    'sweeps/' || cell_id || '/' || image_key || '.npy', bytes, sha256 FROM sweep_map;
INSERT INTO map_measure SELECT * FROM sweep_measure;
DROP TABLE sweep_measure;
DROP TABLE sweep_map;
DROP TABLE sweep_cell;

CREATE TEMP TABLE evaluated AS
  SELECT evaluation.id, coalesce(unet.sha256, '') AS weights,
    coalesce(features.sha256, 'frozen ' || json_extract(run.config, '$.extractor')) AS features,
    json_extract(evaluation.settings, '$.reconstruction') AS settings,
    json_extract(evaluation.settings, '$.scoring.blurSigma') AS blur_sigma,
    json_extract(run.config, '$.evaluationBatch') AS batch,
    unet.id IS NOT NULL AND json_extract(evaluation.settings, '$.startStepRule') IS NULL AS plain,
    evaluation.created_at,
    (SELECT count(*) FROM image_result WHERE evaluation_id = evaluation.id) AS results
  FROM evaluation JOIN run ON run.id = evaluation.run_id
    LEFT JOIN checkpoint AS unet ON unet.id = evaluation.checkpoint_id
    LEFT JOIN checkpoint AS features ON features.id = evaluation.features_checkpoint_id;

INSERT INTO map_set (method, weights, features, settings, blur_sigma, batch, evaluation_id, used_at)
  SELECT 'ddad', weights, features, settings, blur_sigma, batch, id, created_at
  FROM evaluated WHERE results > 0 ORDER BY id;
INSERT OR IGNORE INTO map (set_id, image_key, milliseconds, file, bytes, sha256, picture_file, picture_bytes,
    picture_sha256)
  SELECT map_set.id, coalesce(image_sha256, image.sha256), milliseconds, maps_file, maps_bytes, maps_sha256,
    reconstruction_file, reconstruction_bytes, reconstruction_sha256
  FROM image_result JOIN map_set USING (evaluation_id) JOIN image ON image.id = image_id
  ORDER BY image_result.id;

ALTER TABLE image_result ADD COLUMN map_id INTEGER REFERENCES map;
UPDATE image_result SET map_id = (SELECT map.id FROM map_set JOIN map ON map.set_id = map_set.id
  WHERE map_set.evaluation_id = image_result.evaluation_id AND map.image_key =
    coalesce(image_sha256, (SELECT sha256 FROM image WHERE id = image_id)));
CREATE INDEX image_result_by_map ON image_result (map_id);
ALTER TABLE image_result DROP COLUMN milliseconds;
ALTER TABLE image_result DROP COLUMN maps_file;
ALTER TABLE image_result DROP COLUMN maps_bytes;
ALTER TABLE image_result DROP COLUMN maps_sha256;
ALTER TABLE image_result DROP COLUMN reconstruction_file;
ALTER TABLE image_result DROP COLUMN reconstruction_bytes;
ALTER TABLE image_result DROP COLUMN reconstruction_sha256;

UPDATE map_set SET evaluation_id = NULL WHERE evaluation_id IN (
  SELECT id FROM (
    SELECT id, weights, features, settings, blur_sigma, batch, row_number() OVER (
      PARTITION BY weights, features, settings, blur_sigma, batch ORDER BY results DESC, id DESC) AS place
    FROM evaluated WHERE plain AND results > 0
  ) AS fullest
  WHERE place = 1 AND NOT EXISTS (SELECT 1 FROM map_set AS other
    WHERE other.evaluation_id IS NULL AND other.weights = fullest.weights
      AND other.features = fullest.features AND other.settings = fullest.settings
      AND other.blur_sigma = fullest.blur_sigma AND other.batch = fullest.batch));
DROP TABLE evaluated;

-- The images that it is about, by content; NULL for those that are older than this record.
ALTER TABLE evaluation ADD COLUMN image_list TEXT REFERENCES run_image_list;
CREATE INDEX checkpoint_by_content ON checkpoint (kind, sha256);
CREATE INDEX evaluation_by_image_list ON evaluation (image_list);
ALTER TABLE sweep ADD COLUMN image_list TEXT REFERENCES run_image_list;
CREATE INDEX sweep_by_image_list ON sweep (image_list);
-- The nominal images that scores of the run are calibrated on; NULL until they are needed.
ALTER TABLE run ADD COLUMN calibration_list TEXT REFERENCES run_image_list;
CREATE INDEX run_by_calibration_list ON run (calibration_list);
-- Ids of the test images that its T′ was chosen on, as JSON: thresholds are chosen on the same and judged on the rest.
ALTER TABLE evaluation ADD COLUMN chosen_on TEXT;
`
