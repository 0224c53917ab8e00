/** The few means a page without scripts needs. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Escaped prose in which backticks mark code, two asterisks what is strong, and blank lines part paragraphs. */
export function prose(text: string | undefined): string {
  if (!text) return '';
  const paragraphs = escapeHtml(text).split(/\n\s*\n/);
  return paragraphs.map((paragraph) => `<p>${inline(paragraph)}</p>`).join('');
}

/** The same in a line, of text that is already escaped. */
function inline(escaped: string): string {
  return escaped.replace(/`([^`]+)`|\*\*([^*]+)\*\*/g, (_, code?: string, strong?: string) =>
    code === undefined ? `<strong>${strong}</strong>` : `<code>${code}</code>`,
  );
}

export function inlineProse(text: string | undefined): string {
  return inline(escapeHtml(text ?? ''));
}
