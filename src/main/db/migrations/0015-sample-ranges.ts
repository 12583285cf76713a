/** Images of more than 8 bits are read from one stored range in the whole data set. */
export const sampleRanges = `
-- JSON; see SampleRange. NULL: 8 bits, or the upper 8 of 16, as in all data sets until now.
ALTER TABLE dataset ADD COLUMN samples TEXT;
`
