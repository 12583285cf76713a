interface Draggable {
  /** What other programs get when it is dropped on them. */
  readonly label: string
  /** Whether what is dragged now may be dropped here. */
  readonly canLand: () => boolean
  readonly onstart: () => void
  /** Something that may land is above it, or no longer. */
  readonly onover: (over: boolean) => void
  readonly ondropped: () => void
}

/** Handlers, to be spread, of an element of a list that is put in order by dragging one onto another. */
export const dragHandlers = ({ label, canLand, onstart, onover, ondropped }: Draggable) => ({
  ondragstart: (event: DragEvent): void => {
    event.dataTransfer?.setData('text/plain', label)
    onstart()
  },
  ondragover: (event: DragEvent): void => {
    if (!canLand()) return
    event.preventDefault()
    onover(true)
  },
  ondragleave: (): void => onover(false),
  ondrop: (event: DragEvent): void => {
    event.preventDefault()
    onover(false)
    ondropped()
  },
})
