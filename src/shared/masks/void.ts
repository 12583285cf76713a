/** Pixels of which nobody can tell whether they are defective: they count on neither side. */

/** In masks that are made of a data set's own for evaluation and review: 0 is nominal, 255 a defect. */
export const VOID_PIXEL = 64

/** In a data set's masks, and in those that were corrected. */
export const VOID_CLASS = 255
