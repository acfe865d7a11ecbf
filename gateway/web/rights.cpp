// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/rights.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace chieng::web {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t token_chars_max = 256;

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message;
        }
    }
    std::string text;
};

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of(hex_digits) == std::string_view::npos;
}

// What is wrong with one; empty when nothing is.
std::string fault_of(const v1::Viewer& viewer) {
    if (!is_name(viewer.name())) {
        return "name: 1 to 64 letters, digits, - and _";
    }
    const bool has_certificate = !viewer.certificate_sha256().empty();
    if (has_certificate && !is_digest(viewer.certificate_sha256())) {
        return "certificate_sha256: 64 digits in hex, small letters (openssl x509 -in FILE -outform der | sha256sum)";
    }
    if (!is_digest(viewer.token_sha256()) && !(has_certificate && viewer.token_sha256().empty())) {
        return "token_sha256: 64 digits in hex, small letters (printf %s TOKEN | sha256sum)";
    }
    if (viewer.sees() == v1::PERSONAL) {
        return "sees: PUBLIC, INTERNAL or SENSITIVE";
    }
    if (!viewer.purpose().empty() && !is_name(viewer.purpose())) {
        return "purpose: 1 to 64 letters, digits, - and _";
    }
    if (viewer.sees() > v1::PERSONAL && viewer.purpose().empty()) {
        return "purpose: who reads about single households says what for, in a word that the log shows (poverty-review)";
    }
    if (viewer.recipient().starts_with("village/") && std::count(viewer.may().begin(), viewer.may().end(), v1::Viewer::FILE) > 0) {
        return "may: FILE is of the whole place, not of who reads as a village";
    }
    if (!viewer.may().empty() && (viewer.role() == v1::ROLE_UNSPECIFIED || viewer.organisation() == v1::ORGANISATION_UNSPECIFIED)) {
        return "role, organisation: who may do anything has both, they stand in each of his events";
    }
    return "";
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += hex_digits[digest[i] >> 4U];
        hex += hex_digits[digest[i] & 15U];
    }
    return hex;
}

Rights::Rights() {
    rights_.mutable_anonymous()->set_name("anonymous");
}

Share Rights::no_recipients(const std::string& recipient) {
    throw std::invalid_argument("there is no recipient " + recipient);
}

// A viewer sees nothing above the class of the recipient that he reads as, and no smaller numbers.
void Rights::resolve(v1::Viewer& viewer, const ShareOf& share_of) {
    if (viewer.recipient().empty()) {
        return;
    }
    auto share = share_of(viewer.recipient());
    viewer.set_sees(std::min(sees(viewer), share.data_class()));
    viewer.set_threshold(std::max(viewer.threshold(), share.threshold()));
    shares_.insert_or_assign(viewer.name(), std::move(share));
}

Rights Rights::load(const std::string& text, const std::string& file_name, const ShareOf& share_of) {
    Rights loaded;
    loaded.are_given_ = true;
    loaded.rights_.Clear();
    FirstError error;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    google::protobuf::TextFormat::ParseInfoTree lines;
    parser.WriteLocationsTo(&lines);
    if (!parser.ParseFromString(text, &loaded.rights_)) {
        throw std::invalid_argument(file_name + ":" + error.text);
    }
    const auto place = [&](const char* field, int index) {
        const auto at = lines.GetLocation(v1::Rights::descriptor()->FindFieldByName(field), index);
        return file_name + ":" + std::to_string(at.line + 1) + ":" + std::to_string(at.column + 1) + ": ";
    };
    const auto resolve = [&](v1::Viewer& viewer, const std::string& at) {
        try {
            loaded.resolve(viewer, share_of);
        } catch (const std::invalid_argument& unknown) {
            throw std::invalid_argument(at + "viewer '" + viewer.name() + "': recipient: " + unknown.what());
        }
    };
    std::set<std::string> names{"anonymous"};
    std::set<std::string> shown;  // tokens and certificates
    const auto is_new = [&](const std::string& digest) { return digest.empty() || shown.insert(digest).second; };
    for (int i = 0; i < loaded.rights_.viewer_size(); ++i) {
        auto& viewer = *loaded.rights_.mutable_viewer(i);
        auto fault = fault_of(viewer);
        if (fault.empty() &&
            (!names.insert(viewer.name()).second || !is_new(viewer.token_sha256()) || !is_new(viewer.certificate_sha256()))) {
            fault = "another viewer has this name, this token, or this certificate";
        }
        if (!fault.empty()) {
            throw std::invalid_argument(place("viewer", i) + "viewer '" + viewer.name() + "': " + fault);
        }
        resolve(viewer, place("viewer", i));
    }
    if (loaded.rights_.has_anonymous()) {
        auto& anonymous = *loaded.rights_.mutable_anonymous();
        if (!anonymous.may().empty() || !anonymous.token_sha256().empty() || !anonymous.certificate_sha256().empty()) {
            throw std::invalid_argument(place("anonymous", -1) + "anonymous: he has no token, no certificate, and may nothing but read");
        }
        anonymous.set_name("anonymous");
        resolve(anonymous, place("anonymous", -1));
    }
    return loaded;
}

// All are compared, so that the time tells nothing of which one it was.
const v1::Viewer* Rights::of_token(std::string_view token) const {
    const auto digest = sha256_hex(token.substr(0, token_chars_max));
    const v1::Viewer* found = nullptr;
    for (const auto& viewer : rights_.viewer()) {
        const bool has_token = !viewer.token_sha256().empty();
        if (has_token && CRYPTO_memcmp(viewer.token_sha256().data(), digest.data(), digest.size()) == 0) {
            found = &viewer;
        }
    }
    return token.size() > token_chars_max ? nullptr : found;
}

const v1::Viewer* Rights::of_certificate(std::string_view sha256) const {
    const auto found = std::find_if(rights_.viewer().begin(), rights_.viewer().end(),
                                    [&](const v1::Viewer& viewer) { return !sha256.empty() && viewer.certificate_sha256() == sha256; });
    return found == rights_.viewer().end() ? nullptr : &*found;
}

bool Rights::may(const v1::Viewer& viewer, v1::Viewer::May right) {
    return std::find(viewer.may().begin(), viewer.may().end(), right) != viewer.may().end();
}

v1::DataClass Rights::sees(const v1::Viewer& viewer) {
    return viewer.sees() == v1::DATA_CLASS_UNSPECIFIED ? v1::PUBLIC : viewer.sees();
}

const Share& Rights::share(const v1::Viewer& viewer) const {
    static const Share everything;
    const auto found = shares_.find(viewer.name());
    return found == shares_.end() ? everything : found->second;
}

std::optional<Shown> shown_by(const HttpRequest& request, std::string_view session_cookie) {
    constexpr std::string_view bearer = "bearer ";
    const auto authorization = request.field("authorization");
    if (!authorization.empty()) {
        std::string scheme(authorization.substr(0, bearer.size()));
        std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        return Shown{scheme == bearer ? std::string(authorization.substr(bearer.size())) : "", false};
    }
    auto cookies = request.field("cookie");
    while (!cookies.empty()) {
        auto cookie = cookies.substr(0, cookies.find_first_of(";,"));
        cookies.remove_prefix(std::min(cookie.size() + 1, cookies.size()));
        cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
        if (cookie.starts_with(session_cookie) && cookie.substr(session_cookie.size()).starts_with('=')) {
            return Shown{std::string(cookie.substr(session_cookie.size() + 1)), true};
        }
    }
    return std::nullopt;
}

}  // namespace chieng::web
