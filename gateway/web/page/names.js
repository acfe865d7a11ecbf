// SPDX-License-Identifier: Apache-2.0
// What the machine's names are called by a reader: services, and what is asked of the gateway. [Vietnamese, English]
import { lang } from './words.js';

const services = {
    session: ['Tuyên truyền', 'Communication'],
    household: ['Hộ nghèo và hỗ trợ', 'Households and support'],
    commendation: ['Khen thưởng', 'Commendation'],
    culture: ['Văn hóa', 'Culture'],
    monitoring: ['Theo dõi', 'Monitoring'],
};

const parameters = {
    after: ['trang', 'page'],
    area: ['nơi', 'place'],
    calendar: ['lịch', 'calendar'],
    code: ['chỉ số', 'indicator'],
    commune: ['xã', 'commune'],
    count: ['số kỳ', 'number of periods'],
    day: ['ngày', 'day'],
    days: ['từng ngày', 'by day'],
    format: ['loại tệp', 'kind of file'],
    indicator: ['chỉ số', 'indicator'],
    map: ['địa giới', 'map'],
    occurredOn: ['ngày diễn ra', 'day it happened'],
    occurred_on: ['ngày diễn ra', 'day it happened'],
    period: ['kỳ', 'period'],
    revision: ['lần chốt', 'revision'],
    service: ['sổ', 'service'],
    span: ['loại kỳ', 'kind of period'],
    token: ['mã truy cập', 'access token'],
    until: ['kỳ cuối', 'last period'],
    village: ['thôn, làng', 'village'],
    why: ['lý do', 'why'],
};

const pick = pair => pair[lang() === 'vi' ? 0 : 1];

export const serviceName = name => (services[name] ? pick(services[name]) : (name ?? ''));

// Empty for what a reader does not know: a right, a header.
export const parameterName = name => (parameters[name] ? pick(parameters[name]) : '');

// Where a program would ask next is nothing to a reader.
export const withoutPaths = text =>
    text
        .split(/;\s*/)
        .filter(part => !part.includes('/api/'))
        .join('; ');
