import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Forecasting everyday series', zh: '预测日常的时间序列' },
  question: {
    en: 'Passengers, sunspots, prices: where does a network help, and where is “as last time” enough?',
    zh: '客流、太阳黑子、股价：哪里用得上网络，哪里“和上次一样”就够了？',
  },
  idea: {
    en: 'Passengers of an airline by month, sunspots by month, the coldest temperature of each day, the price of a share. Small series, as people have them. A network that forecasts them must be measured as it will be used: at a moment, with nothing known of what follows; and against rules that cost nothing.',
    zh: '航空公司每月的乘客数、每月的太阳黑子数、每天的最低气温、一只股票的价格：都是人们手头常有的小序列。要衡量一个预测它们的网络，就要按实际使用的方式来：站在某个时刻，对之后一无所知；并且与不花任何代价的规则相比。',
  },
  rolling: {
    en: 'A *rolling origin*: train on everything before a moment, forecast the next 12 values, move on by 12, and so on to the end of the series. Scaling is fitted anew on the past of each training. Three rules forecast from the same origins: the last value stays; the last season comes again; a ridge regression on the window (a linear map whose weights are kept small).',
    zh: '*滚动起点*：用某个时刻之前的全部数据训练，预测接下来的 12 个值，再向前移动 12 步，如此直到序列结束。每次训练只用过去的数据来确定缩放。三条规则从同样的起点预测：最后一个值保持不变；上一个季节重演；对窗口做岭回归（限制权重大小的线性映射）。',
  },
  finite: { en: '{series}: the error is a number', zh: '{series}：误差是有限的数' },
  passengersBeats: {
    en: 'passengers: RMSE of the network, against the last season',
    zh: '乘客数：网络的均方根误差，与上一季节相比',
  },
  sunspotsBeats: {
    en: 'sunspots: RMSE of the network, against the last season',
    zh: '太阳黑子：网络的均方根误差，与上一季节相比',
  },
  temperaturesBeats: {
    en: 'temperatures: RMSE of the network, against the last season',
    zh: '气温：网络的均方根误差，与上一季节相比',
  },
  seasonBeaten: {
    en: 'Where there is a season, the network is ahead of the rule that it comes again.',
    zh: '有季节规律的地方，网络胜过“上一季节重演”的规则。',
  },
  sharesLast: {
    en: 'The share price is another matter: the network ({network}) does *not* beat the last value ({last}). What could be known of tomorrow is in the price of today, and a rule that thinks otherwise pays for it.',
    zh: '股价则不同：网络（{network}）*没有*胜过最后一个值（{last}）。关于明天能知道的已经在今天的价格里，不这样认为的规则就要付出代价。',
  },
  series: { en: 'series', zh: '序列' },
  forecast: { en: 'forecast', zh: '预测' },
  network: { en: 'network', zh: '网络' },
  lastValue: { en: 'last value', zh: '最后一个值' },
  seasonal: { en: 'last season', zh: '上一季节' },
  linear: { en: 'linear', zh: '线性' },
  lesson: {
    en: 'Root mean square errors, in the units of each series: read them along a row.',
    zh: '均方根误差，以各序列自己的单位计：同一行里的数可以相互比较。',
  },
  passengers: { en: 'passengers', zh: '乘客数' },
  passengersHeading: { en: 'Airline passengers', zh: '航空乘客' },
  passengersSays: {
    en: 'The season grows with the level, so the logarithm is forecast, as a difference from the same month of the year before.',
    zh: '季节波动随水平增大，因此预测的是对数，并取与前一年同月之差。',
  },
  passengersTime: { en: 'month, from January 1949', zh: '月份序号，从 1949 年 1 月起' },
  passengersUnit: { en: 'thousand passengers', zh: '乘客数（千人）' },
  passengersCaption: {
    en: 'The last years of the series, and the forecasts of a year from each December.',
    zh: '序列的最后几年，以及从每个十二月出发对一年的预测。',
  },
  sunspots: { en: 'sunspots', zh: '太阳黑子' },
  sunspotsHeading: { en: 'Sunspots', zh: '太阳黑子' },
  sunspotsSays: {
    en: 'A cycle of about eleven years, of varying length and height, under much noise. The window is one cycle.',
    zh: '周期约十一年，长短高低不一，还有很强的噪声。窗口取一个周期。',
  },
  sunspotsTime: { en: 'month, from January 1749', zh: '月份序号，从 1749 年 1 月起' },
  sunspotsUnit: { en: 'sunspots (monthly mean)', zh: '太阳黑子数（月均值）' },
  sunspotsCaption: {
    en: 'The last years, and forecasts of a year each.',
    zh: '最后若干年，以及各一年的预测。',
  },
  temperatures: { en: 'minimum temperatures', zh: '最低气温' },
  temperaturesHeading: { en: 'Temperatures', zh: '气温' },
  temperaturesSays: {
    en: 'The coldest temperature of each day in Melbourne. The same day of the year before says little about the weather of tomorrow.',
    zh: '墨尔本每天的最低气温。前一年的同一天对明天的天气说明不了什么。',
  },
  temperaturesTime: { en: 'day, from 1 January 1981', zh: '日期序号，从 1981 年 1 月 1 日起' },
  temperaturesUnit: { en: 'minimum temperature (°C)', zh: '最低气温（°C）' },
  temperaturesCaption: {
    en: 'The last months, and forecasts of 12 days each.',
    zh: '最后几个月，以及各 12 天的预测。',
  },
  temperaturesCalm: {
    en: 'From the third day on the forecasts move by {forecast} °C from one day to the next, the temperatures by {series} °C (means): what cannot be known is left out.',
    zh: '从第三天起，预测值相邻两天平均相差 {forecast} °C，真实气温则相差 {series} °C：无从知道的变化，预测里没有。',
  },
  shares: { en: 'share price', zh: '股价' },
  sharesHeading: { en: 'A share price', zh: '一只股票的价格' },
  sharesSays: {
    en: 'Apple, at the close of each trading day from 2015 to 2017.',
    zh: '苹果公司 2015 年至 2017 年每个交易日的收盘价。',
  },
  sharesTime: { en: 'trading day', zh: '交易日序号' },
  sharesUnit: { en: 'price ($)', zh: '价格（美元）' },
  sharesCaption: {
    en: 'Forecasts of 12 trading days each.',
    zh: '各 12 个交易日的预测。',
  },
});
