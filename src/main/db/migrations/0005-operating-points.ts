/**
 * Operating points have a name and their settings as JSON; deleted ones stay until undone. Nothing wrote the
 * table before. Figures carry the bounds of their interval.
 */
export const operatingPoints = `
DROP TABLE operating_point;

CREATE TABLE operating_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  evaluation_id INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (name <> ''),
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX operating_point_by_name ON operating_point (evaluation_id, name)
  WHERE deleted_at IS NULL;

ALTER TABLE evaluation ADD COLUMN operating_point_id INTEGER
  REFERENCES operating_point ON DELETE SET NULL;
CREATE INDEX evaluation_by_operating_point ON evaluation (operating_point_id);

ALTER TABLE category_metric ADD COLUMN low REAL;
ALTER TABLE category_metric ADD COLUMN high REAL;
`
