// SPDX-License-Identifier: Apache-2.0
// Turns definitions into plans, or says what is wrong with them: file, line, code, reason.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include <google/protobuf/text_format.h>

#include <set>

namespace chieng {

class DefinitionCompiler {
public:
    DefinitionCompiler(const v1::Indicators& indicators, const google::protobuf::TextFormat::ParseInfoTree& lines, std::string_view file)
        : indicators_(indicators), lines_(lines), file_(file) {}

    // Throws std::invalid_argument.
    [[nodiscard]] Definitions run();

    [[nodiscard]] static std::string place_in(std::string_view file, int line, int column);
    [[nodiscard]] static std::string series_key(const std::string& indicator, const std::string& cut, const std::string& value);

private:
    using Steps = std::vector<const google::protobuf::FieldDescriptor*>;

    [[noreturn]] void fail(const std::string& reason) const;
    [[nodiscard]] Day bound(const std::string& text, Day otherwise) const;
    SeriesId intern(const std::string& indicator, const std::string& cut, const std::string& value);
    static SeriesId part(Definition& definition, SeriesId series);

    void compile(const v1::Indicator& indicator);
    void check_words(const v1::Indicator& indicator) const;
    void check_spans(const v1::Indicator& indicator) const;
    void check_measure(const v1::Indicator& indicator) const;
    void check_cuts(const Definition& definition) const;
    void compile_source(Definition& definition, int index);
    void compile_when(const v1::Source& source, SourcePlan& plan);
    [[nodiscard]] std::vector<int> cases_of(const std::string& event) const;
    CutPlan cut_plan(Definition& definition, const v1::Cut& cut, int source, const SourcePlan& of);
    void cut_by_field(Definition& definition, const v1::Cut& cut, const std::string& field, const SourcePlan& of, CutPlan& plan);
    void cut_by_parts(Definition& definition, const v1::Cut& cut, CutPlan& plan);
    void cut_by_text(Definition& definition, const v1::Cut& cut, CutPlan& plan);

    void resolve(Definition& definition);
    [[nodiscard]] Reference reference(const std::string& name) const;
    void check_spans(const Definition& definition, const Reference& of) const;
    void derive_parts(Definition& definition, const Reference& of);
    void note_series();
    void note_columns();
    void note_touched();
    void note_stock_events();
    void reach(SeriesId series, std::uint32_t definition, std::set<std::uint32_t>& found) const;

    [[nodiscard]] const google::protobuf::FieldDescriptor* find_path(const std::string& text, Steps& found) const;
    [[nodiscard]] bool is_of_event(const std::string& text) const;
    [[nodiscard]] Path path(const std::string& text);
    template <class Names>
    [[nodiscard]] std::vector<Path> numbers(const Names& names);
    [[nodiscard]] Path number(const std::string& name);
    [[nodiscard]] Path text(const std::string& name);
    [[nodiscard]] Path value(const std::string& name);
    [[nodiscard]] Path scope(const std::string& name);
    [[nodiscard]] DayOf day_of(const std::string& name);
    [[nodiscard]] Condition condition(const v1::Where& where);

    const v1::Indicators& indicators_;
    const google::protobuf::TextFormat::ParseInfoTree& lines_;
    std::string_view file_;
    std::string event_;
    int at_ = 0;
    Definitions out_;
};

}  // namespace chieng
