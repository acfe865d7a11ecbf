// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/program.hpp"

#include "services/runtime/core/broker_address.hpp"
#include "services/runtime/ports/store.hpp"

#include <google/protobuf/stubs/logging.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>

#include <malloc.h>

namespace chieng {
namespace {

// The file of settings, which remembers its lines for whoever has to put one right.
class SettingsFile final : public CLI::ConfigTOML {
public:
    std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
        text_.assign(std::istreambuf_iterator<char>(in), {});
        std::istringstream again(text_);
        return CLI::ConfigTOML::from_config(again);
    }

    // The line that sets this name; 0 when none does.
    [[nodiscard]] int line_of(const std::string& name) const {
        std::istringstream lines(text_);
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number) {
            if (CLI::detail::trim_copy(line.substr(0, line.find('='))) == name) {
                return number;
            }
        }
        return 0;
    }

private:
    mutable std::string text_;
};

constexpr std::string_view unknown_setting = "INI was not able to parse ";  // the words of CLI11

// What the library complains about: "--broker: …", or a setting that it does not know.
std::string subject(const std::string& complaint) {
    if (complaint.starts_with(unknown_setting)) {
        const auto name = complaint.substr(unknown_setting.size());
        const auto dot = name.rfind('.');
        return name.ends_with(".++") ? "[" + name.substr(0, dot) + "]" : name.substr(dot + 1);  // a section, or a name in one
    }
    return complaint.starts_with("--") ? complaint.substr(2, complaint.find(':') - 2) : "";
}

// As it was given: chieng-field post session-held.
std::string command_of(const CLI::App& app) {
    auto name = std::filesystem::path(app.get_name()).filename().string();
    for (const auto* command = &app; !command->get_subcommands().empty();) {
        command = command->get_subcommands().front();
        name += " " + command->get_name();
    }
    return name;
}

int refuse(CLI::App& app, const CLI::ParseError& error, const SettingsFile& file, std::span<char*> words) {
    const std::string complaint = error.what();
    const auto name = subject(complaint);
    const auto line = name.empty() ? 0 : file.line_of(name);
    const bool on_command_line = std::any_of(words.begin(), words.end(), [&](const char* word) {
        return std::string_view(word) == "--" + name || std::string_view(word).starts_with("--" + name + "=");
    });
    if (line != 0 && !on_command_line) {
        std::fprintf(stderr, "%s:%d: %s\n", app.get_config_ptr()->as<std::string>().c_str(), line,
                     complaint.starts_with(unknown_setting) ? ("no setting has the name " + name).c_str() : complaint.c_str());
        return exit_config;
    }
    const bool is_about_words =
        dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (const auto left = app.remaining(true); is_about_words && !left.empty()) {
        const auto first =
            std::find_if(words.begin(), words.end(), [&](const char* word) { return left.front() == word || left.back() == word; });
        std::fprintf(stderr, "%s is not expected here; %s --help says what is\n", first == words.end() ? left.front().c_str() : *first,
                     command_of(app).c_str());
        return exit_usage;
    }
    if (app.exit(error) == 0) {
        return 0;  // --help
    }
    return dynamic_cast<const CLI::FileError*>(&error) != nullptr || dynamic_cast<const CLI::ConfigError*>(&error) != nullptr ? exit_config
                                                                                                                              : exit_usage;
}

// An option of the program may stand behind the command too.
void take_options_anywhere(CLI::App& app) {
    for (auto* command : app.get_subcommands({})) {
        command->fallthrough();
        take_options_anywhere(*command);
    }
}

// With the code of a wrong setting wherever it stands: it is what a program is told in its file of settings as a rule.
std::string check_broker(const std::string& address) {
    if (!is_broker_address(address)) {
        throw CLI::ConfigError("--broker: '" + address + "' is not the address of a broker: tcp://HOST:PORT, or ssl://HOST:PORT");
    }
    return {};
}

}  // namespace

void add_link_options(CLI::App& app, MqttOptions& mqtt) {
    app.add_option("--broker", mqtt.broker, "MQTT broker: tcp://HOST:PORT, or ssl://HOST:PORT")->capture_default_str()->check(check_broker);
    app.add_option("--user", mqtt.user, "user at the broker");
    app.add_option("--password", mqtt.password, "password at the broker")->envname("CHIENG_PASSWORD");
    app.add_option("--cafile", mqtt.ca_file, "who vouches for an ssl:// broker (PEM); default: the system's authorities")
        ->check(CLI::ExistingFile);
    auto* cert = app.add_option("--cert", mqtt.certificate, "own certificate for an ssl:// broker (PEM)")->check(CLI::ExistingFile);
    auto* key = app.add_option("--key", mqtt.key, "its private key (PEM)")->check(CLI::ExistingFile);
    cert->needs(key);
    key->needs(cert);
}

void add_places_option(CLI::App& app, std::string& places) {
    app.add_option("--places", places, "register of places (protobuf text), or a list of units (.csv); default: Kbang")
        ->check(CLI::ExistingFile);
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& program) {
    mallopt(M_ARENA_MAX, 2);  // many threads, of which one works: each would hoard memory of its own
    // Left alone, the library keeps twice the largest piece that was ever given back, and such pieces among the small ones.
    mallopt(M_MMAP_THRESHOLD, 1 << 19);
    mallopt(M_TRIM_THRESHOLD, 1 << 18);
    spdlog::set_default_logger(spdlog::stderr_logger_mt("chieng"));
    google::protobuf::SetLogHandler(nullptr);
    take_options_anywhere(app);
    const auto file = std::make_shared<SettingsFile>();
    app.config_formatter(file);
    app.set_config("--config", "", "settings as a file (TOML)");
    app.allow_config_extras(CLI::config_extras_mode::error);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return refuse(app, error, *file, {argv, static_cast<std::size_t>(argc)});
    }
    return guarded(program);
}

int guarded(const std::function<int()>& program) {
    try {
        return program();
    } catch (const Broken& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return exit_io;
    } catch (const Unavailable& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return exit_unavailable;
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return exit_config;
    }
}

}  // namespace chieng
