/**
 * Reviews carry a label and several causes, and belong to a change that can be undone. The verdict in force
 * stands in the image's own row, so that long lists are filtered by an index. Nothing wrote the table before.
 */
export const reviews = `
DROP TABLE review;

CREATE TABLE review (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  change TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN
    ('not-reviewed', 'fine', 'mask-wrong', 'label-wrong', 'ambiguous', 'bad-image')),
  label TEXT CHECK (label IN ('nominal', 'anomalous')),
  causes TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX review_by_image ON review (image_id, id);
CREATE INDEX review_by_change ON review (change);

ALTER TABLE image ADD COLUMN verdict TEXT NOT NULL DEFAULT 'not-reviewed';
CREATE INDEX image_by_verdict ON image (dataset_id, verdict, category, defect_type);

CREATE TRIGGER review_in_force AFTER INSERT ON review BEGIN
  UPDATE image SET verdict = new.verdict WHERE id = new.image_id;
END;
`
