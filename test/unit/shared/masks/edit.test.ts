import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MaskEditor } from '../../../../src/shared/masks/edit.ts'
import {
  encodeJournalBase,
  encodeJournalRecord,
} from '../../../../src/shared/masks/codec/journal.ts'
import { cloneMask, createMask, type Mask } from '../../../../src/shared/masks/mask.ts'
import { rectangleSelection } from '../../../../src/shared/masks/tools/shapes.ts'
import { anyMask, drawMask, picture, pixels } from './picture.ts'

const box = fc.record({
  x: fc.integer({ min: -2, max: 12 }),
  y: fc.integer({ min: -2, max: 12 }),
  width: fc.integer({ min: 0, max: 8 }),
  height: fc.integer({ min: 0, max: 8 }),
})
const paint = fc.record({ box, classIndex: fc.nat(3) })
const action = fc.oneof(
  { weight: 4, arbitrary: fc.array(paint, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom('undo' as const, 'redo' as const, 'save' as const) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

function perform(editor: MaskEditor, step: Action): void {
  if (step === 'undo') editor.undo()
  else if (step === 'redo') editor.redo()
  else if (step === 'save') editor.markSaved()
  else {
    const stroke = editor.beginStroke('Rectangle')
    for (const { box: area, classIndex } of step) {
      stroke.draft.set(rectangleSelection(area, editor.mask), classIndex)
    }
    stroke.commit()
  }
}

function state(editor: MaskEditor) {
  const { mask, dirty, undoLabels, redoLabels } = editor
  return { mask: cloneMask(mask), dirty, undoLabels, redoLabels }
}

function journaled(base: Mask) {
  const parts: Uint8Array[] = []
  const editor = new MaskEditor(base, { journal: (bytes) => parts.push(bytes) })
  return { editor, parts, bytes: () => Uint8Array.from(parts.flatMap((part) => [...part])) }
}

test('undoing everything gives the first mask back, redoing everything the last', () => {
  fc.assert(
    fc.property(anyMask(4), fc.array(action, { maxLength: 12 }), (base, actions) => {
      const editor = new MaskEditor(base)
      for (const step of actions) perform(editor, step)
      while (editor.redo());
      const last = cloneMask(editor.mask)
      const labels = editor.undoLabels
      while (editor.undo());
      expect(editor.mask).toEqual(base)
      while (editor.redo());
      expect(editor.mask).toEqual(last)
      expect(editor.undoLabels).toEqual(labels)
    }),
  )
})

test('the box of an edit holds every pixel that changed, and no row or column more', () => {
  fc.assert(
    fc.property(anyMask(4), paint, (base, { box: area, classIndex }) => {
      const editor = new MaskEditor(base)
      const changed = editor.apply('Rectangle', (draft) =>
        draft.set(rectangleSelection(area, base), classIndex),
      )
      const rows: number[] = []
      const columns: number[] = []
      base.data.forEach((value, i) => {
        if (editor.mask.data[i] === value) return
        rows.push(Math.floor(i / base.width))
        columns.push(i % base.width)
      })
      const expected =
        rows.length === 0
          ? { x: 0, y: 0, width: 0, height: 0 }
          : {
              x: Math.min(...columns),
              y: Math.min(...rows),
              width: Math.max(...columns) - Math.min(...columns) + 1,
              height: Math.max(...rows) - Math.min(...rows) + 1,
            }
      expect(changed).toEqual(expected)
      expect(editor.undoLabels.length).toBe(rows.length === 0 ? 0 : 1)
    }),
  )
})

test('a journal rebuilds mask, history and the saved state', () => {
  fc.assert(
    fc.property(anyMask(4), fc.array(action, { minLength: 1, maxLength: 12 }), (base, actions) => {
      const { editor, parts, bytes } = journaled(base)
      for (const step of actions) perform(editor, step)
      if (parts.length === 0) return
      const recovered = MaskEditor.recover(base, bytes())
      expect(recovered.tail).toBe('complete')
      expect(state(recovered.editor)).toEqual(state(editor))
    }),
  )
})

test('a journal cut anywhere gives back the edits that were written completely', () => {
  const base = picture('......', '......', '......')
  const { editor, parts, bytes } = journaled(base)
  const states = [state(editor)]
  const paintColumn = (x: number): void => {
    perform(editor, [{ box: { x, y: 0, width: 2, height: 3 }, classIndex: 1 + (x % 3) }])
    states.push(state(editor))
  }
  for (const x of [0, 3, 1]) paintColumn(x)
  editor.undo()
  states.push(state(editor))
  const whole = bytes()
  const ends = parts.map((_, i) =>
    parts.slice(0, i + 1).reduce((sum, part) => sum + part.length, 0),
  )
  for (let length = ends[0]!; length <= whole.length; length++) {
    const complete = ends.filter((end) => end <= length).length
    const recovered = MaskEditor.recover(base, whole.slice(0, length))
    expect(state(recovered.editor)).toEqual(states[complete - 1])
    expect(recovered.keptBytes).toBe(ends[complete - 1])
    expect(recovered.tail).toBe(ends.includes(length) ? 'complete' : 'torn')
  }
  expect(() => MaskEditor.recover(base, whole.slice(0, ends[0]! - 1))).toThrow(/beginning/)
})

test('an append of zeros is torn, a flipped bit before other records is damage', () => {
  const base = picture('....')
  const { editor, parts, bytes } = journaled(base)
  for (const x of [0, 1, 2])
    perform(editor, [{ box: { x, y: 0, width: 1, height: 1 }, classIndex: 1 }])
  const zeros = Uint8Array.from([...bytes(), ...Array<number>(40).fill(0)])
  expect(MaskEditor.recover(base, zeros).tail).toBe('torn')
  expect(drawMask(MaskEditor.recover(base, zeros).editor.mask)).toEqual(['111.'])
  const flipped = bytes()
  const second = parts[0]!.length + parts[1]!.length
  flipped[second + 10]! ^= 4
  const recovered = MaskEditor.recover(base, flipped)
  expect(recovered.tail).toBe('damaged')
  expect(recovered.keptBytes).toBe(second)
  expect(drawMask(recovered.editor.mask)).toEqual(['1...'])
})

test('a recovered editor goes on with the same journal', () => {
  const base = picture('....')
  const first = journaled(base)
  perform(first.editor, [{ box: { x: 0, y: 0, width: 2, height: 1 }, classIndex: 1 }])
  const { editor } = MaskEditor.recover(base, first.bytes(), {
    journal: (bytes) => first.parts.push(bytes),
  })
  perform(editor, [{ box: { x: 3, y: 0, width: 1, height: 1 }, classIndex: 2 }])
  expect(drawMask(MaskEditor.recover(base, first.bytes()).editor.mask)).toEqual(['11.2'])
})

test('a journal of another mask, or one that undoes too much, is refused', () => {
  const base = picture('....')
  const { editor, bytes } = journaled(base)
  perform(editor, [{ box: { x: 0, y: 0, width: 2, height: 1 }, classIndex: 1 }])
  expect(() => MaskEditor.recover(picture('1...'), bytes())).toThrow(/another mask/)
  expect(() => MaskEditor.recover(picture('.....'), bytes())).toThrow(/another mask/)
  const extra = [encodeJournalBase(base), encodeJournalRecord({ kind: 'undo' })]
  const tooMuch = Uint8Array.from(extra.flatMap((part) => [...part]))
  expect(() => MaskEditor.recover(base, tooMuch)).toThrow(/undo more/)
})

test('dirty follows the saved state through undo and redo', () => {
  const editor = new MaskEditor(picture('....'))
  const fill = (x: number) =>
    perform(editor, [{ box: { x, y: 0, width: 1, height: 1 }, classIndex: 1 }])
  expect(editor.dirty).toBe(false)
  fill(0)
  expect(editor.dirty).toBe(true)
  editor.markSaved()
  expect(editor.dirty).toBe(false)
  editor.undo()
  expect(editor.dirty).toBe(true)
  editor.redo()
  expect(editor.dirty).toBe(false)
  editor.undo()
  fill(1)
  expect(editor.dirty).toBe(true)
  editor.undo()
  expect(editor.dirty).toBe(true)
})

test('old items are forgotten when memory is short, the newest never', () => {
  const editor = new MaskEditor(createMask(8, 1), { historyBytes: 1000 })
  for (let x = 0; x < 8; x++) {
    editor.apply(`Step ${x}`, (draft) =>
      draft.set(rectangleSelection({ x, y: 0, width: 1, height: 1 }, draft.mask), 1),
    )
  }
  expect(editor.undoLabels).toEqual(['Step 7', 'Step 6'])
  while (editor.undo());
  expect(drawMask(editor.mask)).toEqual(['111111..'])
  expect(editor.dirty).toBe(true)
  const tiny = new MaskEditor(createMask(8, 1), { historyBytes: 1 })
  tiny.apply('Fill', (draft) =>
    draft.set(rectangleSelection({ x: 0, y: 0, width: 8, height: 1 }, draft.mask), 1),
  )
  expect(tiny.undoLabels).toEqual(['Fill'])
})

test('an aborted stroke and a failing edit leave no trace', () => {
  const base = picture('.1.2')
  const { editor, parts } = journaled(base)
  const stroke = editor.beginStroke('Brush')
  stroke.draft.set(pixels('####'), 3)
  stroke.draft.set(pixels('##..'), 1)
  expect(() => editor.undo()).toThrow(/current stroke/)
  expect(() => editor.apply('Other', () => undefined)).toThrow(/current stroke/)
  expect(stroke.abort()).toEqual({ x: 0, y: 0, width: 4, height: 1 })
  expect(() => stroke.commit()).toThrow(/already ended/)
  expect(() =>
    editor.apply('Broken', (draft) => {
      draft.set(pixels('####'), 3)
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(editor.mask).toEqual(base)
  expect(editor.undoLabels).toEqual([])
  expect(parts).toEqual([])
})

test('reshaping a class takes nominal pixels only', () => {
  const editor = new MaskEditor(picture('11..2.'))
  editor.apply('Grow', (draft) => {
    draft.reshape(1, pixels('.#####'))
  })
  expect(drawMask(editor.mask)).toEqual(['.11121'])
  editor.undo()
  expect(drawMask(editor.mask)).toEqual(['11..2.'])
})

test('another version is taken over as one undo item', () => {
  const editor = new MaskEditor(picture('11..', '..2.'))
  const changed = editor.apply('Revert', (draft) => draft.replaceWith(picture('1...', '.32.')))
  expect(changed).toEqual({ x: 1, y: 0, width: 1, height: 2 })
  expect(drawMask(editor.mask)).toEqual(['1...', '.32.'])
  editor.undo()
  expect(drawMask(editor.mask)).toEqual(['11..', '..2.'])
})
