// SPDX-License-Identifier: Apache-2.0
// Everything that the page says, in both languages: [Vietnamese, English]. {0} stands for what is put in.

const texts = {
    skip: ['Đến nội dung chính', 'Skip to the content'],
    otherTongue: ['English', 'Tiếng Việt'],
    nav: ['Các trang', 'Pages'],
    overview: ['Tổng quan', 'Overview'],
    tableBelow: ['Bảng so sánh', 'Comparison'],
    tableCommunes: ['Bảng theo xã', 'By commune'],
    tableVillages: ['Bảng theo thôn, làng', 'By village'],
    history: ['Diễn biến', 'Over time'],
    behind: ['Sau con số này', 'Behind this number'],
    reports: ['Báo cáo đã chốt', 'Filed reports'],
    silent: ['Nơi chưa báo tin', 'Who is silent'],
    ledger: ['Sổ đối chiếu', 'Ledger'],
    duplicates: ['Tin nghi trùng', 'Duplicates'],
    files: ['Tải tệp', 'Files'],

    controls: ['Chọn kỳ, nơi và cách xem', 'Choose period, place and view'],
    span: ['Loại kỳ', 'Kind of period'],
    MONTH: ['Tháng', 'Month'], QUARTER: ['Quý', 'Quarter'], HALF: ['6 tháng', 'Half-year'], YEAR: ['Năm', 'Year'],
    which: ['Kỳ', 'Period'],
    year: ['Năm', 'Year'],
    previous: ['Kỳ trước', 'Previous period'],
    next: ['Kỳ sau', 'Next period'],
    calendar: ['Lịch', 'Calendar'],
    official: ['Kỳ báo cáo (15–14)', 'Official (15th–14th)'],
    calendarMonths: ['Tháng dương lịch', 'Calendar months'],
    area: ['Nơi', 'Place'],
    map: ['Địa giới', 'Map'],
    asItWas: ['Như khi đó', 'As it was'],
    asToday: ['Theo địa giới hôm nay', "In today's places"],
    mapDay: ['Theo địa giới ngày {0}', 'In the places of {0}'],
    monthName: ['Tháng {0}/{1}', 'Month {0}/{1}'],
    quarterName: ['Quý {0}/{1}', 'Quarter {0}/{1}'],
    half1Name: ['6 tháng đầu năm {0}', 'First half of {0}'],
    half2Name: ['6 tháng cuối năm {0}', 'Second half of {0}'],
    yearName: ['Năm {0}', 'Year {0}'],
    halfFirst: ['Đầu', 'First'], halfSecond: ['Cuối', 'Second'],
    window: ['từ {0} đến {1}', '{0} to {1}'],
    asOf: ['số liệu lúc {0}', 'as of {0}'],

    NOT_REPORTED: ['chưa báo cáo', 'not reported'],
    SUPPRESSED: ['không công bố', 'suppressed'],
    NO_VALUE: ['không có giá trị', 'no value'],
    legend: [
        '“Chưa báo cáo”: chưa có tin nào cho kỳ này, không phải là số 0. “Không công bố”: số quá nhỏ, được che để không lộ từng hộ. “Không có giá trị”: không tính được, ví dụ mẫu số bằng 0.',
        '“Not reported”: nothing has come for this period; it is not a zero. “Suppressed”: too small, hidden so that no household shows. “No value”: it cannot be computed, a denominator is 0 for instance.'],
    restatedMark: ['khác số đã chốt', 'differs from what was filed'],
    behindMark: ['chậm', 'behind'],
    achievedMark: ['đạt', 'met'],

    glance: ['{0}: toàn cảnh', '{0} at a glance'],
    targets: ['So với chỉ tiêu', 'Against targets'],
    targetsSum: ['{0} chỉ tiêu được giao: {1} đã đạt, {2} chậm, {3} đang đúng tiến độ.', '{0} targets assigned: {1} met, {2} behind, {3} on the way.'],
    noTargets: ['Chưa giao chỉ tiêu nào cho nơi này trong kỳ này.', 'No target is assigned to this place for this period.'],
    indicator: ['Chỉ số', 'Indicator'],
    value: ['Giá trị', 'Value'],
    target: ['Chỉ tiêu', 'Target'],
    ofTarget: ['{0} của {1}', '{0} of {1}'],
    pace: ['còn thiếu {0}, còn {1} ngày', '{0} missing, {1} days left'],
    paceOver: ['còn thiếu {0}, kỳ đã hết', '{0} missing, the period is over'],
    filedWas: ['đã chốt: {0}', 'filed: {0}'],
    nothingHere: ['Kỳ này chưa có số liệu.', 'There are no figures for this period yet.'],
    latestWith: ['Xem {0}, kỳ gần nhất có số liệu', 'See {0}, the latest that has figures'],
    barLabel: ['đạt {0}; thời gian đã qua {1} %', '{0} reached; {1} % of the time is over'],

    groupChoice: ['Nhóm chỉ số', 'Group of indicators'],
    allGroups: ['Tất cả', 'All'],
    place: ['Nơi', 'Place'],
    sortBy: ['Xếp theo {0}', 'Sort by {0}'],
    tableHint: ['Bấm tên cột để xếp thứ tự, bấm tên nơi để xem bên trong, bấm con số để biết từ đâu ra.', 'Press a column to sort, a place to look inside, a number to see where it comes from.'],
    noBelow: ['Không có nơi nào bên dưới để so sánh.', 'There is nothing below this place to compare.'],
    whole: ['{0} (toàn bộ)', '{0} (all)'],
    look: ['Xem {0}', 'Look at {0}'],

    historyOf: ['{0} qua các kỳ', '{0} over time'],
    chartSays: ['Đường biểu diễn {0}: từ {1} đến {2}. Các số có trong bảng bên dưới.', 'Line of {0}: from {1} to {2}. The numbers stand in the table below.'],
    periodHead: ['Kỳ', 'Period'],
    windowHead: ['Từ ngày – đến ngày', 'From – to'],
    noPoints: ['Không có số nào để vẽ.', 'There is no number to draw.'],

    sentence: ['{0} ở {1} trong {2} là {3}.', '{0} in {1}, {2}: {3}.'],
    sentenceNone: ['{0} ở {1} trong {2}: {3}.', '{0} in {1}, {2}: {3}.'],
    whatIsIt: ['Con số này là gì', 'What this number is'],
    NUMBER: ['Cộng tất cả những gì đã được báo tin và ghi nhận trong kỳ; tin trùng và tin đã hủy không tính.', 'The sum of all that was posted and kept in the period; duplicates and voided events do not count.'],
    MEDIAN: ['Trung vị: một nửa số trường hợp không vượt quá giá trị này.', 'The median: half of the cases are not above it.'],
    RATIO: ['Tử số chia cho mẫu số, tính bằng phần trăm. Của cả huyện là tổng tử số chia tổng mẫu số, không phải trung bình các xã.', 'Numerator divided by denominator, in percent. For the district: all numerators over all denominators, never the mean of rates.'],
    STOCK: ['Số đang có vào ngày cuối kỳ.', 'What stands on the last day of the period.'],
    CHANGE: ['Tỷ lệ đầu kỳ trừ tỷ lệ cuối kỳ, tính theo cùng một chuẩn nghèo.', 'The rate at the start minus the rate at the end, under the same poverty standard.'],
    lessIsBetter: ['Càng ít càng tốt.', 'Less is better.'],
    divided: ['Hiển thị sau khi chia cho {0}.', 'Shown divided by {0}.'],
    servesPlan: ['Phục vụ mục {0} của Kế hoạch ngày 12/03/2022.', 'Serves sections {0} of the plan of 12 March 2022.'],
    countedOver: ['Tính theo: {0}.', 'Counted by: {0}.'],
    inForce: ['Định nghĩa này áp dụng {0}.', 'This definition holds {0}.'],
    since: ['từ {0}', 'from {0}'], until: ['đến {0}', 'until {0}'],
    exactDefinition: ['Định nghĩa máy dùng (nguyên văn)', 'The definition that the machine uses'],
    howMade: ['Số này từ đâu ra', 'How it comes about'],
    numerator: ['Tử số', 'Numerator'], denominator: ['Mẫu số', 'Denominator'],
    startRate: ['Tử số và mẫu số đầu kỳ', 'Numerator and denominator at the start'],
    eventCount: ['Số tin làm nên con số này', 'Events that make it'],
    digest: ['Dấu vân tay của các tin', 'Digest of the events'],
    partsOf: ['Chia theo {0}', 'By {0}'],
    below: ['Các nơi bên dưới', 'The places below'],
    filedValues: ['Đã chốt', 'As filed'],
    revision: ['Lần', 'Revision'], filedAt: ['Chốt lúc', 'Filed at'],
    neverFiled: ['Kỳ này chưa chốt con số này.', 'This number was not filed for this period.'],
    positions: ['Đã đọc đến đâu', 'How far it has read'],
    feed: ['Nguồn tin', 'Feed'], epoch: ['Đời', 'Epoch'], offset: ['Vị trí', 'Offset'],
    positionsSay: ['Con số được tính từ các nguồn tin sau, đến đúng vị trí này. Ai đọc cùng nguồn đến cùng vị trí sẽ có cùng con số.', 'The number is made from these feeds, up to exactly these positions. Whoever reads the same gets the same.'],
    events: ['Các tin làm nên con số', 'The events that make it'],
    eventsMax: ['Chỉ hiện 200 tin đầu.', 'Only the first 200 are shown.'],
    happened: ['Ngày', 'Day'], village: ['Thôn, làng', 'Village'], kind: ['Loại', 'Kind'], device: ['Thiết bị', 'Device'], sequence: ['Số', 'Number'],
    doWhat: ['Việc', 'Action'],
    content: ['Nội dung', 'Content'],
    pickIndicator: ['Chọn một chỉ số để xem.', 'Choose an indicator to look at.'],

    noReports: ['Chưa chốt kỳ nào.', 'No period has been filed.'],
    reportsSay: ['Báo cáo đã chốt không bao giờ đổi. Tin đến muộn và đính chính vẫn được tính; chỗ khác đi hiện bên cạnh.', 'A filed report never changes. Late and corrected events still count; what differs stands beside it.'],
    restatedCells: ['Số đã khác', 'Restated'],
    openReport: ['Xem thay đổi', 'See what changed'],
    restatedTitle: ['{0}, lần {1}: những gì đã khác từ khi chốt', '{0}, revision {1}: what changed since filing'],
    nothingRestated: ['Không có gì thay đổi từ khi chốt.', 'Nothing has changed since filing.'],
    filedHead: ['Đã chốt', 'Filed'], nowHead: ['Hiện nay', 'Now'],
    reportDigest: ['Mã băm SHA-256', 'SHA-256'],
    fileThis: ['Chốt {0}', 'File {0}'],

    silentSay: ['Nơi chưa báo tin lâu nhất đứng trước. Im lặng không có nghĩa là không làm gì.', 'The longest silent stand first. Silence does not mean that nothing was done.'],
    nobodySilent: ['Mọi nơi đều đã báo tin.', 'Everybody has reported.'],
    lastEvent: ['Tin cuối', 'Last event'], daysAgo: ['Đã bao nhiêu ngày', 'Days since'], expected: ['Thường báo mỗi', 'Expected every'],
    days: ['{0} ngày', '{0} days'], never: ['chưa có tin nào', 'never'],
    onDay: ['Tính đến {0}.', 'As of {0}.'],

    ledgerSay: ['Mỗi tin đã gửi phải được ghi, bị từ chối (có lý do) hoặc còn chờ ở máy. Khác đi là mất tin.', 'Every event that was posted is kept, refused with a reason, or waits at the device. Anything else is a loss.'],
    balanced: ['Khớp: không mất tin nào.', 'Balanced: nothing is lost.'],
    unbalanced: ['Không khớp: hãy xem các dòng có dấu.', 'Not balanced: see the marked lines.'],
    posted: ['Đã gửi', 'Posted'], stored: ['Đã ghi', 'Kept'], refused: ['Từ chối', 'Refused'], waiting: ['Còn chờ', 'Waiting'], difference: ['Lệch', 'Difference'], lastHeard: ['Nghe lần cuối', 'Last heard'],
    service: ['Sổ', 'Service'],

    duplicatesSay: ['Các tin này giống như cùng một việc do nhiều người báo. Cán bộ quyết định; người báo nào cũng giữ biên nhận của mình.', 'These look like one fact that several people posted. An officer decides; each keeps their receipt.'],
    noDuplicates: ['Không có tin nào nghi trùng.', 'Nothing looks like a duplicate.'],
    sameFact: ['Cùng một việc', 'The same fact'], differentFacts: ['Hai việc khác nhau', 'Different facts'],
    pairAgainst: ['so với {0} số {1}', 'against {0} number {1}'],

    filesSay: ['Tệp có đúng những số đang xem: {0}, {1}.', 'The files hold exactly what is shown: {0}, {1}.'],
    download: ['Tải {0}', 'Download {0}'],
    xlsx: ['Excel, để nộp: mỗi nhóm một trang, số đã chốt và số hiện nay cạnh nhau', 'Excel to hand in: a sheet per group, filed and present side by side'],
    'csv-bom': ['CSV mở được bằng Excel', 'CSV that Excel opens'],
    csv: ['CSV cho phần mềm khác', 'CSV for other programs'],
    html: ['Bảng để in', 'Table to print'],
    json: ['JSON', 'JSON'],
    'sdmx-csv': ['SDMX-CSV, trao đổi thống kê', 'SDMX-CSV, statistical exchange'],
    'sdmx-json': ['SDMX-JSON, trao đổi thống kê', 'SDMX-JSON, statistical exchange'],
    dhis2: ['DHIS2 dataValueSets', 'DHIS2 dataValueSets'],
    adx: ['ADX', 'ADX'],
    calendarOnly: ['DHIS2 và ADX chỉ có cho tháng dương lịch: phần mềm kia sẽ xếp kỳ 15–14 nhầm tháng.', 'DHIS2 and ADX exist for calendar months only: they would misfile a window from the 15th to the 14th.'],
    toCalendar: ['Chuyển sang tháng dương lịch', 'Switch to calendar months'],
    forMachines: ['Cho phần mềm: nguồn số liệu trực tiếp và mô tả giao diện', 'For programs: the live feed and the description of the interface'],

    signIn: ['Đăng nhập', 'Sign in'], signOut: ['Đăng xuất', 'Sign out'],
    signedIn: ['Đang dùng với tên {0}', 'Signed in as {0}'],
    anonymous: ['Người xem', 'Visitor'],
    token: ['Mã truy cập', 'Access token'],
    tokenSay: ['Cán bộ quản trị của xã hoặc huyện cấp mã này. Mã chỉ gửi đến cổng này.', 'The administrator of the commune or district gives it out. It is sent to this gateway only.'],
    wrongToken: ['Mã truy cập không đúng. Hãy xem lại từng chữ.', 'The token is not right. Check each letter.'],
    sessionOver: ['Phiên làm việc đã hết hoặc cần đăng nhập để xem.', 'The session is over, or signing in is needed to look.'],

    live: ['Trực tiếp', 'Live'],
    connecting: ['Đang nối lại…', 'Reconnecting…'],
    polling: ['Cập nhật mỗi 15 giây', 'Updated every 15 seconds'],
    idle: ['Tạm dừng', 'Paused'],
    behindFeed: ['Cổng đang đọc lại các tin; số có thể còn thiếu.', 'The gateway is still reading; numbers may be incomplete.'],
    offline: ['Không nối được với cổng. Số đang hiện là số cũ; trang sẽ tự thử lại.', 'The gateway cannot be reached. What is shown is old; the page tries again by itself.'],
    loading: ['Đang tải…', 'Loading…'],
    saidChange: ['{0}: {1}, trước là {2}', '{0}: {1}, was {2}'],
    saidMore: ['và {0} số khác', 'and {0} more'],
    p0: ['Không nối được với cổng', 'The gateway cannot be reached'],
    p400: ['Yêu cầu chưa đúng', 'The request is not right'],
    p401: ['Cần đăng nhập', 'Sign in first'],
    p403: ['Không có quyền xem hoặc làm việc này', 'You may not see or do this'],
    p404: ['Không có phần này ở đây', 'There is no such thing here'],
    p409: ['Số liệu đã đổi; hãy xem lại', 'It has changed meanwhile; look again'],
    pOther: ['Cổng gặp lỗi ({0})', 'The gateway failed ({0})'],
    sayIn: ['Ở mục {0}.', 'In {0}.'],
    tryAgain: ['Thử lại', 'Try again'],

    correct: ['Đính chính', 'Correct'], voidIt: ['Hủy tin', 'Void'], assign: ['Giao chỉ tiêu', 'Assign a target'], decide: ['Kết luận tin trùng', 'Decide a duplicate'], file: ['Chốt kỳ báo cáo', 'File a period'],
    who: ['Người làm', 'Who'], whoAs: ['{0}, với tư cách', '{0}, acting as'],
    role: ['Chức vụ', 'Role'], organisation: ['Đơn vị', 'Organisation'],
    why: ['Lý do', 'Why'], note: ['Ghi chú (không rời khỏi xã)', 'Note (does not leave the commune)'],
    choose: ['— chọn —', '— choose —'],
    review: ['Xem lại', 'Review'], back: ['Sửa lại', 'Go back'], send: ['Gửi', 'Send'], cancel: ['Thôi', 'Cancel'], close: ['Đóng', 'Close'],
    confirmSay: ['Xem lại lần cuối. Bấm “Gửi” thì việc này được ghi vào sổ, kèm người làm và lý do.', 'A last look. “Send” writes it down, with who did it and why.'],
    was: ['Trước', 'Before'], becomes: ['Sau', 'After'], field: ['Mục', 'Field'],
    nothingChanged: ['Chưa sửa mục nào.', 'Nothing was changed.'],
    yes: ['Có', 'Yes'], no: ['Không', 'No'],
    listSay: ['Mỗi dòng một mục.', 'One a line.'],
    villageCode: ['Mã thôn, làng', 'Village code'],
    occurredOn: ['Ngày diễn ra', 'Day it happened'],
    targetValue: ['Chỉ tiêu ({0})', 'Target ({0})'],
    docNo: ['Số văn bản giao', 'Document number'],
    targetRevision: ['Lần giao', 'Revision'],
    notANumber: ['Hãy ghi số, ví dụ {0}.', 'Write a number such as {0}.'],
    fillIn: ['Hãy điền mục này.', 'Fill this in.'],
    fileSay: ['Số liệu của {0} ({1} – {2}) ở {3} được chép lại như hiện nay và giữ mãi. Tin đến sau không đổi bản này; chốt nữa thành lần mới.', 'The figures of {0} ({1} – {2}) of {3} are copied as they are now and kept for ever. Later events do not change the copy; filing again makes another revision.'],
    fileBefore: ['Kỳ này đến {0} mới hết.', 'This period ends only on {0}.'],
    iConfirm: ['Tôi đã xem số liệu của kỳ này', 'I have looked at the figures of this period'],
    sending: ['Đang gửi, chờ biên nhận…', 'Sending, waiting for the receipt…'],
    receipt: ['Biên nhận', 'Receipt'],
    STORED: ['Đã nhận và ghi vào sổ.', 'Received and kept.'],
    DUPLICATE: ['Tin này đã nhận trước đây.', 'This was received before.'],
    REFUSED: ['Không nhận, vì:', 'Not accepted, because:'],
    countsIn: ['Tính vào {0}.', 'It counts in {0}.'],
    countsNone: ['Tin này không cộng vào kỳ nào.', 'It counts in no period by itself.'],
    waitingReceipt: ['Đã giữ ở cổng, chưa có biên nhận của xã. Cổng tự gửi lại đến khi có; không cần gửi lần nữa.', 'Kept at the gateway; the receipt has not come yet. The gateway sends it until it does; do not send it again.'],
    receiptNo: ['Biên nhận số {0} của {1}', 'Receipt {0} of {1}'],
    filedReceipt: ['Đã chốt {0}, lần {1}.', '{0} is filed, revision {1}.'],
    unsure: ['Mất kết nối khi đang gửi: không rõ cổng đã nhận chưa. Hãy xem lại số liệu trước khi gửi lần nữa.', 'The line broke while sending: it is not known whether it arrived. Look at the figures before sending again.'],
    printed: ['In từ cổng Chiêng của {0}', 'Printed from the Chiêng gateway of {0}'],
    footSay: ['Số liệu tính từ tin báo của thôn, làng và xã; không có thông tin về từng người, từng hộ trên trang này trừ khi có quyền.', 'Made from what villages and communes post; nothing about a person or a household stands here unless rights allow.'],
};

const groups = {
    COM: ['Tuyên truyền', 'Communication'], TRN: ['Tập huấn', 'Training'], PRC: ['Cách làm mới', 'New practices'], MOD: ['Mô hình giảm nghèo', 'Models'],
    EXM: ['Gương điển hình', 'Exemplary stories'], CUL: ['Văn hóa, thể thao', 'Culture and sports'], TOU: ['Du lịch', 'Tourism'], SAL: ['Tiêu thụ sản phẩm', 'Sales'],
    JOB: ['Việc làm', 'Jobs'], INS: ['Kiểm tra, giám sát', 'Inspection'], EMU: ['Thi đua, khen thưởng', 'Emulation'], SUP: ['Hỗ trợ hộ', 'Support'],
    MOB: ['Vận động', 'Mobilisation'], POV: ['Hộ nghèo', 'Poverty'], TGT: ['Chỉ tiêu', 'Targets'], PLN: ['Kế hoạch', 'Plans'], NRD: ['Nông thôn mới', 'New rural'],
    RPT: ['Báo cáo, dữ liệu', 'Reporting'],
};

let tongue = 'vi';
try {
    tongue = localStorage.getItem('chieng.lang') === 'en' ? 'en' : 'vi';
} catch {
    // A browser that keeps nothing still shows the page.
}

export const lang = () => tongue;

export function setLang(next) {
    tongue = next;
    try {
        localStorage.setItem('chieng.lang', next);
    } catch {
        // As above.
    }
}

const pick = pair => pair[tongue === 'vi' ? 0 : 1];

export function t(key, ...values) {
    const text = texts[key] ? pick(texts[key]) : key;
    return text.replace(/\{(\d)\}/g, (_, index) => String(values[index] ?? ''));
}

export const has = key => key in texts;
export const groupName = code => (groups[code] ? pick(groups[code]) : code);
