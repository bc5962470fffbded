export const en = {
  backgroundTask: 'Background Task',
  scheduledTask: 'Scheduled Task',
  dateFieldTask: 'Date Field Task',
  service: 'Service',
  model: 'Model',
  database: 'Database',
};

export const zh: typeof en = {
  backgroundTask: '后台任务',
  scheduledTask: '定时任务',
  dateFieldTask: '日期字段任务',
  service: '服务',
  model: '模型',
  database: '数据库',
};
