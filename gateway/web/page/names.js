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

// Indicators that are only there for others to be computed from have no name for a reader elsewhere.
const counted = {
    'COM-11.working': ['Số cụm loa hoạt động', 'Loudspeaker clusters that work'],
    'COM-11.all': ['Tổng số cụm loa', 'All loudspeaker clusters'],
    'CUL-04.good': ['Số thiết chế hoạt động tốt', 'Facilities in good use'],
    'CUL-04.all': ['Tổng số thiết chế văn hóa, thể thao', 'All facilities'],
    'CUL-07.families': ['Số gia đình văn hóa được công nhận', 'Cultural families recognised'],
    'CUL-08.villages': ['Số thôn, làng văn hóa được công nhận', 'Cultural villages recognised'],
    'INS-02.villages': ['Số lượt kiểm tra', 'Inspections'],
    'INS-04.resolved': ['Số kiến nghị đến hạn và đã xử lý', 'Recommendations due that are resolved'],
    'INS-04.due': ['Tổng số kiến nghị đến hạn', 'All recommendations due'],
    'POV-04.near_poor': ['Số hộ cận nghèo', 'Near-poor households'],
    'POV-10.deprived': ['Số lượt hộ thiếu hụt, cộng cả 12 chỉ số', 'Deprivations of households, all 12 together'],
    'POV-10.households': ['Số hộ được rà soát', 'Households reviewed'],
    'RPT-01.in_time': ['Số báo cáo gửi đúng hạn', 'Reports sent in time'],
    'RPT-01.due': ['Tổng số báo cáo đến hạn', 'All reports due'],
    'SUP-06.supported': ['Số hộ nghèo được hỗ trợ', 'Poor households supported'],
};

const pick = pair => pair[lang() === 'vi' ? 0 : 1];

export const serviceName = name => (services[name] ? pick(services[name]) : (name ?? ''));

// Its code for what the plan does not have.
export const countedName = code => (counted[code] ? pick(counted[code]) : code);

// Empty for what a reader does not know: a right, a header.
export const parameterName = name => (parameters[name] ? pick(parameters[name]) : '');

// Where a program would ask next is nothing to a reader.
export const withoutPaths = text =>
    text
        .split(/;\s*/)
        .filter(part => !part.includes('/api/'))
        .join('; ');
