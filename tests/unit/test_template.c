/* test_template.c - Mustache as published, the places a variable may stand, and sentences. */
#include "cm.h"

#include <string.h>

#include "view_of.h"
#include "web/template.h"

struct row {
    const char *template;
    const char *data;    /* JSON */
    const char *expected;
    const char *part;    /* the partial "part", may be NULL */
    const char *layout;  /* the partial "layout", may be NULL */
};

static err rendered(mem *ctx, const struct row *row, const struct catalog *catalog, const char **out)
{
    struct template_source sources[] = {
        {"page", bytes_text(row->template)},
        {"part", bytes_text(row->part)},
        {"layout", bytes_text(row->layout)},
    };
    struct templates *set;
    struct template_problem problem;
    size_t n = row->layout != NULL ? 3 : row->part != NULL ? 2 : 1;
    TRY(template_compile(ctx, sources, n, catalog, &set, &problem));
    JSON_SCOPE(data) = NULL;
    const char *json = row->data == NULL ? "{}" : row->data;
    data = json_loads(json, JSON_DECODE_ANY, NULL);
    if (data == NULL) fail_msg("not JSON: %s", json);
    struct buf b;
    buf_init(&b, ctx, TEMPLATE_OUTPUT_MAX);
    TRY(template_render(set, "page", view_of(ctx, data), &b));
    return buf_text(&b, out);
}

static void rows_render(const struct row *rows, size_t n, const struct catalog *catalog)
{
    for (size_t i = 0; i < n; i++) {
        MEM_SCOPE(ctx, NULL);
        const char *out = NULL;
        err e = rendered(ctx, &rows[i], catalog, &out);
        if (err_failed(e)) fail_msg("row %zu \"%s\": %s (%s)", i, rows[i].template, e.what, e.where);
        if (strcmp(out, rows[i].expected) != 0)
            fail_msg("row %zu \"%s\":\n expected \"%s\"\n got \"%s\"", i, rows[i].template, rows[i].expected, out);
    }
}
#define ROWS_RENDER(rows, catalog) rows_render((rows), COUNT_OF(rows), (catalog))

static void variables(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "no tags\nat all", .expected = "no tags\nat all"},
        {.template = "", .expected = ""},
        {.template = "I am {{who}}.", .data = "{\"who\":\"Ana\"}", .expected = "I am Ana."},
        {.template = "{{x}}", .data = "{\"x\":\"a & \\\"b\\\" <c> 'd'\"}", .expected = "a &amp; &quot;b&quot; &lt;c&gt; &#39;d&#39;"},
        {.template = "{{n}}|{{r}}|{{q}}|{{b}}", .data = "{\"n\":-85,\"r\":1.5,\"q\":0.1,\"b\":true}", .expected = "-85|1.5|0.1|true"},
        {.template = "[{{x}}][{{missing}}]", .data = "{\"x\":null}", .expected = "[][]"},
        {.template = "{{a.b.c}}={{#a}}{{b.c}}{{/a}}", .data = "{\"a\":{\"b\":{\"c\":\"x\"}}}", .expected = "x=x"},
        {.template = "[{{a.b.c}}][{{a.b.c.d}}]", .data = "{\"a\":{}}", .expected = "[][]"},
        /* The first key decides: no second try further out. */
        {.template = "{{#a}}[{{b.c}}]{{/a}}", .data = "{\"a\":{\"b\":{}},\"b\":{\"c\":\"wrong\"}}", .expected = "[]"},
        /* A dotted name is never one key. */
        {.template = "[{{a.b}}]", .data = "{\"a.b\":\"wrong\",\"a\":{\"b\":\"right\"}}", .expected = "[right]"},
        {.template = "{{.}}", .data = "\"alone\"", .expected = "alone"},
        {.template = "|{{  x  }}|{{\tx\n}}|", .data = "{\"x\":\"y\"}", .expected = "|y|y|"},
        {.template = "  {{x}}\n", .data = "{\"x\":\"y\"}", .expected = "  y\n"},
        {.template = "{{x}}", .data = "{\"x\":\"{{y}}\",\"y\":\"no\"}", .expected = "{{y}}"},
    };
    ROWS_RENDER(ROWS, NULL);
}

static void sections(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":true}", .expected = "yes"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":false}", .expected = "no"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":null}", .expected = "no"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":[]}", .expected = "no"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":\"\"}", .expected = "no"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":0}", .expected = "no"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":\"0\"}", .expected = "yes"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .data = "{\"x\":{}}", .expected = "yes"},
        {.template = "{{#x}}yes{{/x}}{{^x}}no{{/x}}", .expected = "no"},
        {.template = "{{#p}}{{name}} of {{town}}{{/p}}", .data = "{\"p\":{\"name\":\"Ana\"},\"town\":\"Vlorë\"}", .expected = "Ana of Vlorë"},
        {.template = "{{#s}}{{.}} {{x}}{{/s}}", .data = "{\"s\":\"text\",\"x\":1}", .expected = "text 1"},
        {.template = "{{#l}}{{n}},{{/l}}", .data = "{\"l\":[{\"n\":1},{\"n\":2},{\"n\":3}]}", .expected = "1,2,3,"},
        {.template = "{{#l}}({{.}}){{/l}}", .data = "{\"l\":[\"a\",2,1.25,\"<\"]}", .expected = "(a)(2)(1.25)(&lt;)"},
        {.template = "{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", .data = "{\"l\":[[1,2],[],[3]]}", .expected = "12;;3;"},
        {.template = "{{#.}}<i>{{v}}</i>{{/.}}", .data = "[{\"v\":1},{\"v\":2}]", .expected = "<i>1</i><i>2</i>"},
        {.template = "{{#a}}{{#b}}{{x}}{{y}}{{z}}{{/b}}{{/a}}", .data = "{\"x\":1,\"a\":{\"y\":2,\"b\":{\"z\":3,\"x\":4}}}", .expected = "423"},
        {.template = "{{#a}}{{#a}}in{{/a}}{{/a}}", .data = "{\"a\":true}", .expected = "in"},
        {.template = "{{#a.b}}x{{/a.b}}{{^a.c}}y{{/a.c}}", .data = "{\"a\":{\"b\":1}}", .expected = "xy"},
        {.template = "{{#x}}{{y}}{{/x}}|{{y}}", .data = "{\"x\":[{\"y\":1}],\"y\":2}", .expected = "1|2"},
        {.template = "{{# x }}a{{/  x}}{{^ z }}b{{/ z }}", .data = "{\"x\":1}", .expected = "ab"},
    };
    ROWS_RENDER(ROWS, NULL);
}

static void lines_of_tags_leave_no_trace(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "a\n{{#x}}\nb\n{{/x}}\nc\n", .data = "{\"x\":1}", .expected = "a\nb\nc\n"},
        {.template = "a\r\n{{#x}}\r\nb\r\n{{/x}}\r\nc", .data = "{\"x\":1}", .expected = "a\r\nb\r\nc"},
        {.template = "  {{#x}}\n  b\n\t{{/x}}", .data = "{\"x\":1}", .expected = "  b\n"},
        {.template = "{{^x}} \t\nb\n{{/x}}  \n", .expected = "b\n"},
        {.template = "a {{#x}}\nb{{/x}}\n", .data = "{\"x\":1}", .expected = "a \nb\n"},
        {.template = " {{#x}}b{{/x}} \n", .data = "{\"x\":1}", .expected = " b \n"},
        {.template = "a\n  {{! words }}\nb\n", .expected = "a\nb\n"},
        {.template = "a\n{{!\nmany\nlines }}\nb", .expected = "a\nb"},
        {.template = "a {{! words }}\nb", .expected = "a \nb"},
        {.template = "1{{!a}}2{{! {b} }}3", .expected = "123"},
        {.template = "a\n {{=<% %>=}} \n<%x%> {{x}}\n<%={{ }}=%>\n{{x}}", .data = "{\"x\":1}", .expected = "a\n1 {{x}}\n1"},
        {.template = "{{=| |=}}|#x||y||/x|", .data = "{\"x\":{\"y\":1}}", .expected = "1"},
        {.template = "{{= << >> =}}<<x>>", .data = "{\"x\":1}", .expected = "1"},
        {.template = "{{#x}}{{=[ ]=}}[y][/x]{{y}}[y]", .data = "{\"x\":1,\"y\":2}", .expected = "2{{y}}2"},
        {.template = "\n\n{{x}}\n", .data = "{\"x\":1}", .expected = "\n\n1\n"},
    };
    ROWS_RENDER(ROWS, NULL);
}

static void partials(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "[{{>part}}]", .part = "{{x}}", .data = "{\"x\":\"<\"}", .expected = "[&lt;]"},
        {.template = "{{#l}}{{> part }}{{/l}}", .part = "{{.}},", .data = "{\"l\":[1,2]}", .expected = "1,2,"},
        {.template = "\\\n {{>part}}\n/\n", .part = "|\n{{x}}\n|\n", .data = "{\"x\":\"<\\n->\"}", .expected = "\\\n |\n &lt;\n-&gt;\n |\n/\n"},
        {.template = "  {{>part}}\n>", .part = ">\n>", .expected = "  >\n  >>"},
        {.template = "| {{x}} {{>part}}\n", .part = ">\n>", .data = "{\"x\":1}", .expected = "| 1 >\n>\n"},
        {.template = "|\r\n{{>part}}\r\n|", .part = ">", .expected = "|\r\n>|"},
        {.template = "{{=<% %>=}}<%>part%> <%x%>", .part = "{{x}} <%x%>", .data = "{\"x\":1}", .expected = "1 <%x%> 1"},
        {.template = "{{>part}}", .part = "{{v}}({{#kids}}{{>part}}{{/kids}})", .data = "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"v\":3,\"kids\":[{\"v\":4,\"kids\":[]}]}]}",
         .expected = "1(2()3(4()))"},
    };
    ROWS_RENDER(ROWS, NULL);
}

static void layouts(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "{{<layout}}{{$title}}Cases{{/title}}{{/layout}}", .layout = "<h1>{{$title}}None{{/title}}</h1>{{$body}}empty{{/body}}", .part = "",
         .expected = "<h1>Cases</h1>empty"},
        {.template = "{{<layout}}\nignored\n{{$title}}{{x}}{{/title}}\n{{/layout}}\n", .layout = "[{{$title}}{{/title}}]", .part = "", .data = "{\"x\":\"<\"}", .expected = "[&lt;]"},
        {.template = "{{$alone}}default{{/alone}}", .expected = "default"},
        /* The page's block goes before that of the layout between. */
        {.template = "{{<part}}{{$a}}page{{/a}}{{/part}}", .part = "{{<layout}}{{$a}}middle{{/a}}{{$b}}middle{{/b}}{{/layout}}",
         .layout = "{{$a}}base{{/a}},{{$b}}base{{/b}},{{$c}}base{{/c}}", .expected = "page,middle,base"},
        {.template = "{{<part}}{{$sub}}page{{/sub}}{{/part}}", .part = "{{<layout}}{{$a}}({{$sub}}middle{{/sub}}){{/a}}{{/layout}}", .layout = "{{$a}}base{{/a}}",
         .expected = "(page)"},
        {.template = "{{#l}}{{<layout}}{{$a}}{{.}}{{/a}}{{/layout}}{{/l}}", .layout = "({{$a}}{{/a}})", .part = "", .data = "{\"l\":[1,2]}", .expected = "(1)(2)"},
    };
    ROWS_RENDER(ROWS, NULL);
}

static void faults_of_templates(void **state)
{
    (void)state;
    static const struct {
        const char *template;
        const char *what; /* begins with */
        size_t line;
    } ROWS[] = {
        {"a\nb{{x", "a tag does not end", 2},
        {"{{#x}}\n{{/y}}", "an end tag", 2},
        {"{{#x}}", "a section does not end", 1},
        {"\n{{/x}}", "an end tag", 2},
        {"{{&x}}", "{{&name}}", 1},
        {"{{x y}}", "not a name", 1},
        {"{{}}", "not a name", 1},
        {"{{a..b}}", "not a name", 1},
        {"{{.a}}", "not a name", 1},
        {"{{a.}}", "not a name", 1},
        {"{{a.b.c.d.e.f.g.h.i}}", "a name has too many parts", 1},
        {"{{>nowhere}}", "there is no such partial", 1},
        {"{{<nowhere}}{{/nowhere}}", "there is no such partial", 1},
        {"{{=x=}}", "a tag that sets", 1},
        {"{{=abcd=}}", "two delimiters", 1},
        {"{{=a b c=}}", "a delimiter holds", 1},
        {"{{==  =}}", "two delimiters", 1},
        {"{{>page}}\n  {{>page}}\n", "a partial that calls itself", 2},
        {"{{<page}}{{/page}}", "templates are nested too deeply", 1},
        {"\xff", "the text is not valid", 0},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct template_source source = {"page", bytes_text(ROWS[i].template)};
        struct templates *set;
        struct template_problem problem;
        err e = template_compile(ctx, &source, 1, NULL, &set, &problem);
        if (!err_failed(e)) fail_msg("accepted: %s", ROWS[i].template);
        if (problem.what == NULL || strncmp(problem.what, ROWS[i].what, strlen(ROWS[i].what)) != 0 || problem.line != ROWS[i].line)
            fail_msg("%s: line %zu: %s", ROWS[i].template, problem.line, problem.what == NULL ? e.what : problem.what);
        assert_string_equal(problem.name, "page");
    }
}

static void variables_have_their_place(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {.template = "<p class=\"a {{x}}\">{{x}}</p>", .data = "{\"x\":\"\\\" onclick=\\\"\"}", .expected = "<p class=\"a &quot; onclick=&quot;\">&quot; onclick=&quot;</p>"},
        {.template = "<p title='{{x}}'>", .data = "{\"x\":\"'\"}", .expected = "<p title='&#39;'>"},
        {.template = "<input{{#c}} checked{{/c}} value = \"{{v}}\"/>{{v}}", .data = "{\"c\":1,\"v\":2}", .expected = "<input checked value = \"2\"/>2"},
        {.template = "<input{{#c}} checked=\"{{v}}\"{{/c}}>", .data = "{\"c\":1,\"v\":2}", .expected = "<input checked=\"2\">"},
        {.template = "<p class=\"a{{#x}} b-{{x}}{{/x}}\">", .data = "{\"x\":1}", .expected = "<p class=\"a b-1\">"},
        {.template = "<p{{>part}}>", .part = " class=\"{{x}}\"", .data = "{\"x\":1}", .expected = "<p class=\"1\">"},
        {.template = "<!DOCTYPE html><!-- a > b -- c --><p>{{x}}", .data = "{\"x\":1}", .expected = "<!DOCTYPE html><!-- a > b -- c --><p>1"},
        {.template = "<script src=\"{{u}}\">if (a < b) \"</p>\"</script><b>{{u}}</b>", .data = "{\"u\":\"/x.js\"}",
         .expected = "<script src=\"/x.js\">if (a < b) \"</p>\"</script><b>/x.js</b>"},
        {.template = "1 < {{x}} <3 {{x}}", .data = "{\"x\":2}", .expected = "1 < 2 <3 2"},
        {.template = "<textarea>{{x}}</textarea>", .data = "{\"x\":\"</textarea>\"}", .expected = "<textarea>&lt;/textarea&gt;</textarea>"},
    };
    ROWS_RENDER(ROWS, NULL);
    static const char *const WRONG[] = {
        "<p {{x}}>", "<p {{x}}=\"a\">", "<p a={{x}}>", "<p a=b{{x}}>", "<{{x}}>", "</{{x}}>", "<p{{x}}>", "<!-- {{x}} -->",
        "<script>{{x}}</script>", "<style>{{x}}</style>", "<SCRIPT >a</b>{{x}}</script>", "<p onclick=\"{{x}}\">", "<p STYLE=\"{{x}}\">",
        "<iframe srcdoc=\"{{x}}\">", "<p a=\"{{#x}}\">{{/x}}", "<p {{#x}}a=\"{{/x}}{{#x}}\"{{/x}}>", "{{#x}}<p {{/x}}>", "<p a=\"b", "{{#x}}<!--{{/x}}",
        "<p a=\"{{{x}}}\">", "<script>{{{x}}}</script>", "<p {{{x}}}>", "<p =\"{{x}}\">", "<p {{#x}}href{{/x}}=\"{{x}}\">",
    };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        MEM_SCOPE(ctx, NULL);
        const char *out;
        struct row row = {.template = WRONG[i]};
        if (!err_failed(rendered(ctx, &row, NULL, &out))) fail_msg("accepted: %s", WRONG[i]);
    }
}

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *value, *expected;
    } ROWS[] = {
        {"/cases/x?a=1&b=2", "/cases/x?a=1&amp;b=2"}, {"#main", "#main"}, {"?page=2", "?page=2"}, {"", ""}, {"/", "/"},
        {"https://example.org/", "https://example.org/"}, {"HTTP://example.org/", "HTTP://example.org/"}, {"mailto:a@example.org", "mailto:a@example.org"}, {"tel:+355", "tel:+355"},
        {"javascript:alert(1)", "#"}, {"JaVaScRiPt:alert(1)", "#"}, {" javascript:alert(1)", "#"}, {"java\\tscript:alert(1)", "#"},
        {"data:text/html,x", "#"}, {"//evil.example", "#"}, {"/\\\\evil.example", "#"}, {"/\\t/evil.example", "#"}, {"cases/x", "#"}, {"\\u0001/x", "#"},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        const char *out;
        struct row row = {.template = "<a href=\"{{u}}\">"};
        row.data = talloc_asprintf(ctx, "{\"u\":\"%s\"}", ROWS[i].value);
        OK(rendered(ctx, &row, NULL, &out));
        assert_string_equal(out, talloc_asprintf(ctx, "<a href=\"%s\">", ROWS[i].expected));
    }
    static const struct row PARTS[] = {
        {.template = "<a href=\"/s?q={{q}}&amp;r={{r}}\">", .data = "{\"q\":\"a b&c=d/e#ë\",\"r\":1}", .expected = "<a href=\"/s?q=a%20b%26c%3Dd/e%23%C3%AB&amp;r=1\">"},
        {.template = "<form action=\"{{a}}/{{b}}\">", .data = "{\"a\":\"/x\",\"b\":\"?\"}", .expected = "<form action=\"/x/%3F\">"},
        {.template = "<a href=\"{{#a}}{{a}}{{/a}}{{b}}\">", .data = "{\"b\":\"javascript:1\"}", .expected = "<a href=\"#\">"},
        {.template = "<a href='{{>part}}'>", .part = "{{b}}", .data = "{\"b\":\"javascript:1\"}", .expected = "<a href='#'>"},
    };
    ROWS_RENDER(PARTS, NULL);
}

#define PO_HEADER "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"

static void sentences_are_translated(void **state)
{
    (void)state;
    static const char PO[] = PO_HEADER
        "msgid \"Save\"\nmsgstr \"Ruaj & mbyll <b>\"\n"
        "msgctxt \"verb\"\nmsgid \"Open\"\nmsgstr \"Hap\"\n"
        "msgid \"Case {case.code} was opened by {who}.\"\nmsgstr \"{who} hapi rastin {case.code}.\"\n"
        "msgid \"Read <1>the {name}</1> or <2>leave</2>.\"\nmsgstr \"<2>Dil</2> ose lexo <1>{name}</1>.\"\n"
        "msgid \"Bad <1>nesting</1> <2>here</2>\"\nmsgstr \"<1>keq <2></1> këtu</2>\"\n"
        "msgid \"{n} case\"\nmsgid_plural \"{n} cases\"\nmsgstr[0] \"një rast\"\nmsgstr[1] \"{n} raste\"\n"
        "msgid \"Close this page\"\nmsgstr \"Mbyll \\\"faqen\\\"\"\n";
    MEM_SCOPE(ctx, NULL);
    struct messages *m;
    OK(messages_new(ctx, &m));
    OK(messages_add(m, "sq", bytes_text(PO), NULL));
    const struct catalog *sq = messages_find(m, "sq");
    static const struct row SQ[] = {
        {.template = "<p>{{#t}}Save{{/t}}</p>", .expected = "<p>Ruaj &amp; mbyll &lt;b&gt;</p>"},
        {.template = "{{#t}}\n  Save\n{{/t}}", .expected = "Ruaj &amp; mbyll &lt;b&gt;"},
        {.template = "{{#t}}{{!context: verb}}Open{{/t}}/{{#t}}Open{{/t}}", .expected = "Hap/Open"},
        {.template = "{{#t}}Case {{case.code}} was\n   opened by {{who}}.{{/t}}", .data = "{\"case\":{\"code\":\"IT\"},\"who\":\"<A>\"}", .expected = "&lt;A&gt; hapi rastin IT."},
        {.template = "{{#t}}Read <a href=\"/x/{{id}}\" class=\">\">the {{name}}</a> or <b>leave</b>.{{/t}}", .data = "{\"id\":\"a b\",\"name\":\"N\"}",
         .expected = "<b>Dil</b> ose lexo <a href=\"/x/a%20b\" class=\">\">N</a>."},
        {.template = "{{#t}}Bad <i>nesting</i> <b>here</b>{{/t}}", .expected = "Bad <i>nesting</i> <b>here</b>"},
        {.template = "{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}", .data = "{\"n\":1}", .expected = "një rast"},
        {.template = "{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}!", .data = "{\"n\":4}", .expected = "4 raste!"},
        {.template = "<a title=\"{{#t}}Close this page{{/t}}\">", .expected = "<a title=\"Mbyll &quot;faqen&quot;\">"},
        {.template = "{{#t}}Nobody translated {{x}}{{/t}}", .data = "{\"x\":1}", .expected = "Nobody translated 1"},
    };
    ROWS_RENDER(SQ, sq);
    static const struct row EN[] = {
        {.template = "{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}", .data = "{\"n\":1}", .expected = "1 case"},
        {.template = "{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}", .data = "{\"n\":0}", .expected = "0 cases"},
        {.template = "{{#t}}Terms & conditions {x} {{/t}}", .expected = "Terms &amp; conditions {x}"},
        {.template = "{{#t}}Read <a href=\"/x\">it</a>{{/t}}", .expected = "Read <a href=\"/x\">it</a>"},
    };
    ROWS_RENDER(EN, NULL);
    static const char *const WRONG[] = {
        "{{#t}}{{/t}}", "{{#t}} \n {{/t}}", "{{#t}}a &nbsp; b{{/t}}", "{{#t}}a < b{{/t}}", "{{#t}}<b>a{{/t}}", "{{#t}}a</b>{{/t}}", "{{#t}}{{#x}}a{{/x}}{{/t}}",
        "{{#t}}a {{>page}}{{/t}}", "{{#t}}a {{{x}}}{{/t}}", "{{#t}}a {{.}}{{/t}}", "{{#t}}a{{!plural: }}b{{/t}}", "<p title=\"{{#t}}a <b>c</b>{{/t}}\">",
        "{{#t}}<1>a</1> <b>c{{/t}}",
    };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        const char *out;
        struct row row = {.template = WRONG[i]};
        if (!err_failed(rendered(ctx, &row, NULL, &out))) fail_msg("accepted: %s", WRONG[i]);
    }
}

static void only_trusted_html_is_raw(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct template_source source = {"page", bytes_text("[{{{html}}}]")};
    struct templates *set;
    OK(template_compile(ctx, &source, 1, NULL, &set, NULL));
    struct views *v;
    struct view *data;
    struct buf b;
    struct bytes out;
    OK(views_new(ctx, &v, &data));
    (void)view_add_html(v, data, "html", bytes_text("<b>&</b>"));
    buf_init(&b, ctx, 100);
    OK(template_render(set, "page", data, &b));
    OK(buf_done(&b, &out));
    assert_string_equal((const char *)out.p, "[<b>&</b>]");
    (void)view_add_text(v, data, "html", bytes_text("<script>"));
    BAD(ERR_BUG, template_render(set, "page", data, &b));
    (void)view_add_number(v, data, "html", 1);
    BAD(ERR_BUG, template_render(set, "page", data, &b));
    /* and escaped text is never ready-made HTML */
    struct template_source escaped = {"page", bytes_text("{{html}}")};
    OK(template_compile(ctx, &escaped, 1, NULL, &set, NULL));
    (void)view_add_html(v, data, "html", bytes_text("<b>"));
    BAD(ERR_BUG, template_render(set, "page", data, &b));
}

/* What pages do to views: the last of a name counts, lists keep their order, more than a piece of memory holds. */
static void views_hold(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct views *v;
    struct view *data;
    char text[4000], *big = talloc_zero_size(ctx, 100001);
    OK(views_new(ctx, &v, &data));
    memset(big, 'x', 100000);
    struct view *list = view_add(v, data, "list", VIEW_LIST);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        (void)view_add_text(v, view_add(v, list, NULL, VIEW_OBJECT), "text", bytes_text(text)); /* copied */
    }
    (void)view_add(v, data, "name", VIEW_NOTHING);
    (void)view_add_text(v, data, "name", bytes_text(big));
    (void)view_add_text(v, data, "nam", bytes_text("other"));
    struct view *own = view_add(v, NULL, NULL, VIEW_LIST);
    (void)view_add_number(v, own, NULL, 5);
    view_put(v, data, "own", own);
    view_put(v, data, "again", own);
    const struct view *name = view_get(data, "name", 4), *item = view_get(data, "list", 4)->first;
    assert_int_equal(name->n, 100000);
    assert_string_equal(name->text, big);
    assert_null(view_get(data, "names", 5));
    assert_null(view_get(name, "name", 4));
    assert_int_equal(list->n, 1000);
    for (int i = 0; i < 1000; i++, item = item->next) {
        (void)snprintf(text, sizeof text, "%d", i);
        assert_string_equal(view_get(item, "text", 4)->text, text);
    }
    assert_null(item);
    assert_int_equal(view_get(data, "again", 5)->first->number, 5);
    assert_int_equal(view_get(data, "own", 3)->first->number, 5);
    assert_false(view_true(view_get(data, "nothing", 7)) || view_true(view_add(v, NULL, NULL, VIEW_LIST)));
    assert_false(views_failed(v));
    /* A member of what can have none is our mistake: said, and not written anywhere. */
    struct view *spare = view_add(v, view_add_text(v, data, "text", bytes_text("t")), "key", VIEW_OBJECT);
    (void)view_add(v, spare, "more", VIEW_TRUE);
    assert_true(views_failed(v));
    assert_string_equal(view_get(data, "text", 4)->text, "t");
}

static void rendering_has_limits(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct template_source sources[] = {
        {"deep", bytes_text("({{#kid}}{{>deep}}{{/kid}})")}, {"long", bytes_text("{{#l}}{{x}}{{/l}}")}, {"object", bytes_text("{{o}}")},
        {"plural", bytes_text("{{#t}}a{{!plural: x}}b{{/t}}")},
    };
    struct templates *set;
    OK(template_compile(ctx, sources, COUNT_OF(sources), NULL, &set, NULL));
    struct buf b;
    buf_init(&b, ctx, 10000);
    json_t *kid = json_object();
    for (int i = 0; i < 200; i++) {
        json_t *outer = json_object();
        OK(json_put(outer, "kid", kid));
        kid = outer;
    }
    JSON_SCOPE(deep) = kid;
    BAD(ERR_LIMIT, template_render(set, "deep", view_of(ctx, deep), &b));
    JSON_SCOPE(list) = json_loads("{\"l\":[1,2,3],\"x\":\"0123456789\",\"o\":{}}", 0, NULL);
    buf_init(&b, ctx, 25);
    BAD(ERR_LIMIT, template_render(set, "long", view_of(ctx, list), &b));
    buf_init(&b, ctx, 30);
    OK(template_render(set, "long", view_of(ctx, list), &b));
    BAD(ERR_NOT_FOUND, template_render(set, "none", view_of(ctx, list), &b));
    buf_init(&b, ctx, 30);
    BAD(ERR_BUG, template_render(set, "object", view_of(ctx, list), &b));
    BAD(ERR_BUG, template_render(set, "plural", view_of(ctx, list), &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables), cmocka_unit_test(sections), cmocka_unit_test(lines_of_tags_leave_no_trace),
        cmocka_unit_test(partials), cmocka_unit_test(layouts), cmocka_unit_test(faults_of_templates),
        cmocka_unit_test(variables_have_their_place), cmocka_unit_test(addresses), cmocka_unit_test(sentences_are_translated),
        cmocka_unit_test(only_trusted_html_is_raw), cmocka_unit_test(views_hold), cmocka_unit_test(rendering_has_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
