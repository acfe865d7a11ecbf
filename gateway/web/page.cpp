// SPDX-License-Identifier: Apache-2.0
// The files of the page, which the program carries, and the description of the API.
#include "data/openapi_json.hpp"
#include "data/page_app_js.hpp"
#include "data/page_icon_svg.hpp"
#include "data/page_index_html.hpp"
#include "data/page_style_css.hpp"
#include "gateway/web/api.hpp"
#include "gateway/web/gzip.hpp"
#include "gateway/web/problems.hpp"

#include <map>

namespace chieng::web {
namespace {

struct File {
    const char* type;
    std::string plain;
    std::string packed;
    std::string tag;
};

File file(const char* type, const char* text) {
    std::string plain(text);
    auto packed = gzipped(plain, 9);
    auto tag = "\"" + sha256_hex(plain).substr(0, 16) + "\"";
    return {type, std::move(plain), std::move(packed), std::move(tag)};
}

const std::map<std::string, File, std::less<>>& files() {
    static const std::map<std::string, File, std::less<>> all{
        {"/", file("text/html; charset=utf-8", data::page_index_html)},
        {"/page/app.js", file("text/javascript; charset=utf-8", data::page_app_js)},
        {"/page/style.css", file("text/css; charset=utf-8", data::page_style_css)},
        {"/page/icon.svg", file("image/svg+xml", data::page_icon_svg)},
        {"/openapi.json", file("application/vnd.oai.openapi+json;version=3.1", data::openapi_json)},
    };
    return all;
}

HttpReply file_reply(const Call& call, const File& file) {
    HttpReply reply{200, "", file.type, {}};
    reply.set("ETag", file.tag);
    reply.set("Vary", "Accept-Encoding");
    reply.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    if (call.request.field("if-none-match").find(file.tag) != std::string_view::npos) {
        reply.status = 304;
    } else if (accepts_gzip(call.request)) {
        reply.set("Content-Encoding", "gzip");
        reply.body = file.packed;
    } else {
        reply.body = file.plain;
    }
    return reply;
}

}  // namespace

Outcome get_page(const Call& call) {
    const auto it = files().find(call.request.path);
    if (it == files().end()) {
        return reply_of(not_there("the page has no file " + call.request.path, "trang không có tệp " + call.request.path));
    }
    return file_reply(call, it->second);
}

Outcome get_openapi(const Call& call) {
    return file_reply(call, files().at("/openapi.json"));
}

}  // namespace chieng::web
