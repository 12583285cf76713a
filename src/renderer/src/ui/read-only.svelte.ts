/** Why nothing may be changed now; null while everything may. Controls that change the workspace are off then. */
let reason = $state<string | null>(null)

export const readOnly = {
  get reason(): string | null {
    return reason
  },
  set reason(why: string | null) {
    reason = why
  },
}
