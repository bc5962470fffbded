export const en = {
  editor: (file: string) => `${file}. Tab indents; to leave the editor, press Escape, then Tab.`,
  plainEditor: (file: string) => `${file}, as plain text`,
  typing: 'Typing',
  plainText: 'Plain text field',
  leaving: 'Tab indents. To leave the editor: Escape, then Tab.',
  problems: 'Problems',
  noProblems: 'No problems found.',
  problemCount: (count: number) => (count === 1 ? '1 problem' : `${count} problems`),
  place: (line: number, column: number) => `${line}:${column}`,
  files: 'Files',
  absent: (file: string) => `There is no ${file} yet. Saving creates it.`,
};

export const zh: typeof en = {
  editor: (file) => `${file}。Tab 键用于缩进；要离开编辑器，请先按 Escape，再按 Tab。`,
  plainEditor: (file) => `${file}（纯文本）`,
  typing: '输入',
  plainText: '纯文本框',
  leaving: 'Tab 键用于缩进。离开编辑器：先按 Escape，再按 Tab。',
  problems: '问题',
  noProblems: '没有发现问题。',
  problemCount: (count) => `${count} 个问题`,
  place: (line, column) => `${line}:${column}`,
  files: '文件',
  absent: (file) => `还没有 ${file}，保存时会创建。`,
};
