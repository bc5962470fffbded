export const en = {
  kinds: {
    tasks: 'Tasks',
    services: 'Services',
    models: 'Models',
    databases: 'Databases',
    shared: 'App and shared code',
  } as Record<string, string>,
  states: {
    running: 'On',
    disabled: 'Off',
    paused: 'Paused',
    broken: 'Broken',
    blocked: 'Blocked',
    loading: 'Loading',
    ready: 'Ready',
  } as Record<string, string>,
  noMatch: (text: string) => `No element matches “${text}”.`,
  empty: 'The tree has no elements yet.',
  count: (count: number) => (count === 1 ? '1 element' : `${count} elements`),
};

export const zh: typeof en = {
  kinds: {
    tasks: '任务',
    services: '服务',
    models: '模型',
    databases: '数据库',
    shared: '应用与共享代码',
  },
  states: {
    running: '启用',
    disabled: '停用',
    paused: '已暂停',
    broken: '有错误',
    blocked: '受阻',
    loading: '加载中',
    ready: '就绪',
  },
  noMatch: (text) => `没有与“${text}”匹配的元素。`,
  empty: '树中还没有元素。',
  count: (count) => `${count} 个元素`,
};
