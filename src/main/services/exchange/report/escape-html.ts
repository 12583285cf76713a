const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that stays text inside HTML and SVG, also in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (symbol) => entities[symbol] ?? symbol)
}
