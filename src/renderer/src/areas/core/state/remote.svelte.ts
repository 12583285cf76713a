import { messageOf } from '../../../api/client.ts'

/** A value that main owns: the newest answer, whether one is awaited and why the last one failed. */
export class Remote<Value> {
  value = $state.raw<Value | null>(null)
  error = $state.raw<string | null>(null)
  loading = $state(false)
  #generation = 0

  /** Asks again and keeps the old value meanwhile; answers that arrive late are dropped. */
  async load(fetch: () => Promise<Value>): Promise<void> {
    const generation = ++this.#generation
    this.loading = true
    try {
      const value = await fetch()
      if (generation !== this.#generation) return
      this.value = value
      this.error = null
    } catch (error) {
      if (generation !== this.#generation) return
      this.error = messageOf(error)
    }
    this.loading = false
  }

  clear(): void {
    this.#generation += 1
    this.value = null
    this.error = null
    this.loading = false
  }
}
