/** A mask version that was made by going back knows whose pixels it has, so that nothing counts as changed by it. */
export const sameMasks = `
-- The first version with the same pixels; NULL: its pixels are its own.
ALTER TABLE mask_version ADD COLUMN same_as INTEGER REFERENCES mask_version(id);
-- A new version is looked for among those that refer to others.
CREATE INDEX mask_version_by_same_as ON mask_version (same_as);

-- Until now, the note of such a version named the one that it went back to.
WITH RECURSIVE back (id, origin) AS (
  SELECT version.id, origin.id FROM mask_version AS version
  JOIN mask_version AS origin ON origin.image_id = version.image_id
    AND version.note = 'Version ' || origin.version
  WHERE version.reason = 'revert'
), first (id, origin) AS (
  SELECT id, origin FROM back
  UNION
  SELECT first.id, back.origin FROM first JOIN back ON back.id = first.origin
)
UPDATE mask_version SET same_as = (SELECT min(origin) FROM first WHERE first.id = mask_version.id)
WHERE id IN (SELECT id FROM first);
`
