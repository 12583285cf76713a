import { expect, test } from 'vitest'
import { MaskEditor } from '../../../../src/shared/masks/edit.ts'
import { drawMask, picture, pixels } from './picture.ts'

test('edits change only pixels whose value lies in the range and whose class is not locked', () => {
  const editor = new MaskEditor(picture('...2..'))
  const grey = { width: 6, height: 1, data: Uint8Array.from([0, 50, 100, 100, 150, 200]) }
  editor.rules = { filters: [{ plane: grey, min: 50, max: 150 }], lockedClasses: new Set([2]) }
  editor.apply('Fill', (draft) => draft.set(pixels('######'), 1))
  expect(drawMask(editor.mask)).toEqual(['.1121.'])
})

test('all filters must agree; a heat map of another size is sampled', () => {
  const editor = new MaskEditor(picture('........'))
  const map = { width: 2, height: 1, data: Float32Array.from([0, 1]) }
  const grey = { width: 8, height: 1, data: Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 0]) }
  editor.rules = {
    filters: [
      { plane: map, min: 0.5, max: Infinity },
      { plane: grey, min: 5, max: 255 },
    ],
    lockedClasses: new Set(),
  }
  editor.apply('Fill', (draft) => draft.set(pixels('########'), 1))
  expect(drawMask(editor.mask)).toEqual(['....111.'])
})
