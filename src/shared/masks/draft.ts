import { writeAtom, writeValues, type Atom } from './codec/atom.ts'
import { difference } from './boolean.ts'
import { EMPTY_BOX, clipBox, fullBox, isEmptyBox, uniteBoxes, type Box } from './box.ts'
import { readBox, requireSameSize, type Mask } from './mask.ts'
import { restrictSelection, type PaintRules } from './paint-filter.ts'
import { isSelected, reframe, selectClass, selectWhere, type Selection } from './selection.ts'

/** An edit in progress: writes into the mask at once and stages the atoms of one undo item. */
export class Draft {
  readonly mask: Mask
  readonly #rules: PaintRules
  readonly #atoms: Atom[] = []
  #box: Box = EMPTY_BOX

  constructor(mask: Mask, rules: PaintRules) {
    this.mask = mask
    this.#rules = rules
  }

  /** What was staged so far. */
  get atoms(): readonly Atom[] {
    return this.#atoms
  }

  /** The box of everything that changed so far. */
  get box(): Box {
    return this.#box
  }

  /**
   * Gives the selected pixels a class (0 erases), where the paint rules allow it.
   * Returns the box that really changed.
   */
  set(selection: Selection, classIndex: number): Box {
    const allowed = restrictSelection(selection, this.mask, this.#rules)
    const clipped = reframe(allowed, clipBox(allowed.box, this.mask))
    if (isEmptyBox(clipped.box)) return EMPTY_BOX
    const values = readBox(this.mask, clipped.box)
    for (let i = 0; i < values.length; i++) if (clipped.bits[i] === 1) values[i] = classIndex
    return this.#write(clipped.box, values)
  }

  /**
   * Makes a class cover exactly the selection: its other pixels become nominal, and nominal pixels
   * of the selection join it. Pixels of other classes stay. For grow, shrink, smooth and the like.
   */
  reshape(classIndex: number, selection: Selection): Box {
    const lost = this.set(difference(selectClass(this.mask, classIndex), selection), 0)
    const free = selectWhere(selection.box, this.mask, (x, y) => {
      return this.mask.data[y * this.mask.width + x] === 0 && isSelected(selection, x, y)
    })
    return uniteBoxes(lost, this.set(free, classIndex))
  }

  /**
   * Takes over all pixels of another mask, for instance an older version, whatever the rules say.
   * Throws INVALID_INPUT when its size differs.
   */
  replaceWith(other: Mask): Box {
    requireSameSize(other, this.mask)
    return this.#write(fullBox(other), other.data)
  }

  /** Takes everything staged back out of the mask; returns the box that changed. */
  abort(): Box {
    for (const atom of this.#atoms.toReversed()) writeAtom(this.mask, atom, 'before')
    this.#atoms.length = 0
    return this.#box
  }

  #write(box: Box, values: Uint8Array): Box {
    const atom = writeValues(this.mask, box, values)
    if (!atom) return EMPTY_BOX
    this.#atoms.push(atom)
    this.#box = uniteBoxes(this.#box, atom.box)
    return atom.box
  }
}
