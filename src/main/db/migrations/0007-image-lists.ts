/**
 * What long lists of images are filtered and sorted by stands in the image's own row: mask version in force,
 * corrected label, state of the files. Saved filters, and how far maps and masks of a result agree.
 */
export const imageLists = `
ALTER TABLE image ADD COLUMN label TEXT;
ALTER TABLE image ADD COLUMN mask_id INTEGER;
ALTER TABLE image ADD COLUMN mask_number INTEGER;
ALTER TABLE image ADD COLUMN file_state TEXT NOT NULL DEFAULT 'ok' CHECK (file_state IN
  ('ok', 'changed', 'missing', 'unreadable', 'mask-changed', 'mask-missing'));
UPDATE image SET label =
  (SELECT label FROM review WHERE image_id = image.id ORDER BY review.id DESC LIMIT 1);
UPDATE image SET (mask_id, mask_number) =
  (SELECT id, version FROM mask_version WHERE image_id = image.id ORDER BY version DESC LIMIT 1);

DROP TRIGGER review_in_force;
CREATE TRIGGER review_in_force AFTER INSERT ON review BEGIN
  UPDATE image SET verdict = new.verdict, label = new.label WHERE id = new.image_id;
END;
CREATE TRIGGER mask_in_force AFTER INSERT ON mask_version BEGIN
  UPDATE image SET mask_id = new.id, mask_number = new.version
  WHERE id = new.image_id AND coalesce(mask_number, -1) < new.version;
END;
CREATE INDEX image_by_file_state ON image (dataset_id, file_state) WHERE file_state <> 'ok';

ALTER TABLE image_mask_file ADD COLUMN bytes INTEGER;
ALTER TABLE image_mask_file ADD COLUMN modified_at REAL;

CREATE TABLE saved_filter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  name TEXT NOT NULL,
  view TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (dataset_id, name)
) STRICT;

-- Computed from a result's maps and the mask in force; out of date when either has changed.
CREATE TABLE image_overlap (
  image_result_id INTEGER PRIMARY KEY REFERENCES image_result ON DELETE CASCADE,
  maps_sha256 TEXT NOT NULL,
  mask_version_id INTEGER,
  threshold REAL NOT NULL,
  area REAL NOT NULL,
  disagreement REAL,
  difference REAL
) STRICT;
`
