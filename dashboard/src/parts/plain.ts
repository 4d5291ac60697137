/**
 * A line of Markdown as it is read in a list: without the marks of emphasis, headings, lists and code, the
 * addresses of links, and the numbers of sources. What is no mark stays.
 */
export function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/ ?\[\d+\]/g, '')
    .replace(/^(#{1,6}|[-*+]|>)\s+/gm, '')
    .replace(/(\*\*|__|~~|`+)(?=\S)(.+?)\1/g, '$2')
    .replace(/(^|\s)[*_](?=\S)(.+?)[*_](?=\s|[.,;:!?]|$)/g, '$1$2')
    .trim();
}
