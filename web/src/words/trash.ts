export const en = {
  deletedElements: 'Deleted elements',
  open: 'Deleted elements…',
  kept: (days: number) =>
    days === 1
      ? 'What was deleted is kept for 1 day, and then removed for good.'
      : `What was deleted is kept for ${days} days, and then removed for good.`,
  nothing: 'Nothing has been deleted.',
  restore: 'Restore',
  restoreOf: (title: string) => `Restore ${title}`,
  restored: (title: string) => `${title} is back.`,
  show: 'Show it',
};

export const zh: typeof en = {
  deletedElements: '已删除的元素',
  open: '已删除的元素…',
  kept: (days) => `已删除的元素保留 ${days} 天，之后会被彻底移除。`,
  nothing: '没有已删除的元素。',
  restore: '恢复',
  restoreOf: (title) => `恢复“${title}”`,
  restored: (title) => `“${title}”已恢复。`,
  show: '查看',
};
