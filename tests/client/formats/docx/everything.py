"""The XML of a document that has every construct, each with Arabic text of its own."""

from tests.client.formats.docx.word_file import word_file

_RTL = "<w:rPr><w:rtl/></w:rPr>"
_BOLD = '<w:rPr><w:bCs/><w:szCs w:val="28"/><w:rtl/><w:lang w:bidi="ar-EG"/></w:rPr>'
_BIDI = "<w:pPr><w:bidi/></w:pPr>"


def _p(inner: str, properties: str = _BIDI) -> str:
    return f"<w:p>{properties}{inner}</w:p>"


def _r(text: str, properties: str = _RTL) -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _field(instruction: str, result: str) -> str:
    head = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
    return _mark("begin") + head + _mark("separate") + result + _mark("end")


_TEXT_BOX = f"<w:txbxContent>{_p(_r('نص في مربع مستقل'))}</w:txbxContent>"
_ANCHOR = (
    '<w:drawing><wp:inline><wp:extent cx="2400000" cy="500000"/>'
    '<wp:docPr id="7" name="Box" descr="وصف مربع النص"/>'
    '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    "<wps:wsp><wps:cNvSpPr/><wps:spPr>"
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="2400000" cy="500000"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="9525"/></wps:spPr>'
    f"<wps:txbx>{_TEXT_BOX}</wps:txbx>"
    '<wps:bodyPr rtlCol="1"/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>'
)
_OLD_SHAPE = (
    '<w:pict><v:rect style="width:189pt;height:39pt" alt="وصف مربع النص">'
    f"<v:textbox>{_TEXT_BOX}</v:textbox></v:rect></w:pict>"
)
_BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps">'
    f"{_ANCHOR}</mc:Choice><mc:Fallback>{_OLD_SHAPE}</mc:Fallback></mc:AlternateContent></w:r>"
)
_PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="300000" cy="300000"/>'
    '<wp:docPr id="8" name="Picture" descr="صورة مربعة" title="عنوان الصورة"/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic><pic:nvPicPr><pic:cNvPr id="8" name="p.png" descr="صورة مربعة"/><pic:cNvPicPr/>'
    '</pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdPicture"/><a:stretch><a:fillRect/></a:stretch>'
    '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="300000" cy="300000"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)

_NESTED_TABLE = (
    '<w:tbl><w:tblPr><w:bidiVisual/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid>'
    f"<w:tr><w:tc><w:tcPr/>{_p(_r('جدول داخل جدول'))}</w:tc></w:tr></w:tbl>"
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_TABLE = (
    f'<w:tbl><w:tblPr><w:bidiVisual/><w:tblW w:w="9000" w:type="dxa"/>'
    f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblCaption w:val="جدول المتاحف"/>'
    '<w:tblDescription w:val="أسماء المتاحف ومدنها"/></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="4500"/><w:gridCol w:w="4500"/></w:tblGrid>'
    f"<w:tr><w:tc><w:tcPr/>{_p(_r('المتحف', _BOLD))}</w:tc>"
    f"<w:tc><w:tcPr/>{_p(_r('المدينة', _BOLD))}</w:tc></w:tr>"
    f"<w:tr><w:tc><w:tcPr/>{_p(_r('متحف الفن'))}{_NESTED_TABLE}{_p('')}</w:tc>"
    f"<w:tc><w:tcPr/>{_p(_r('القاهرة'))}</w:tc></w:tr></w:tbl>"
)
_CHOICES = (
    '<w:sdt><w:sdtPr><w:alias w:val="اختر مدينة"/><w:dropDownList>'
    '<w:listItem w:displayText="بغداد" w:value="بغداد"/>'
    '<w:listItem w:displayText="دمشق" w:value="2"/></w:dropDownList></w:sdtPr>'
    f"<w:sdtContent>{_r('بغداد')}</w:sdtContent></w:sdt>"
)
_BOUND = (
    "<w:sdt><w:sdtPr><w:dataBinding w:prefixMappings=\"xmlns:n='urn:order'\" "
    'w:xpath="/n:order[1]/n:buyer[1]" w:storeItemID="{4F1D2C3B-0000-4000-8000-000000000001}"/>'
    f"<w:text/></w:sdtPr><w:sdtContent>{_r('شركة النيل للتجارة')}</w:sdtContent></w:sdt>"
)
_HEADING = '<w:pPr><w:pStyle w:val="Heading1"/><w:bidi/></w:pPr>'
_LIST = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:bidi/></w:pPr>'

BODY = "".join(
    [
        _p(
            '<w:bookmarkStart w:id="1" w:name="_Toc1"/>'
            + _r("تقرير عن ")
            + "<w:proofErr w:type=\"spellStart\"/>"
            + _r("المتاحف")
            + '<w:bookmarkEnd w:id="1"/>',
            _HEADING,
        ),
        _p(_r("قال الوزير إن ") + _r("الدعم", _BOLD) + _r(" سيزيد في العام المقبل.")),
        _p(
            _r("انظر ")
            + '<w:hyperlink r:id="rIdLink" w:tooltip="افتح الموقع">'
            + _r("موقع الوزارة", "<w:rPr><w:u w:val=\"single\"/><w:rtl/></w:rPr>")
            + "</w:hyperlink>"
            + _r(" لمعرفة المزيد")
            + '<w:r><w:footnoteReference w:id="2"/></w:r>'
            + '<w:r><w:endnoteReference w:id="2"/></w:r>'
            + _r(".")
        ),
        _p(
            '<w:commentRangeStart w:id="0"/>'
            + _r("افتتح المتحف عام ٢٠١٩")
            + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
            + _r(" ثم أغلق.")
        ),
        _p(
            _r("السطر الأول")
            + "<w:r><w:br/></w:r>"
            + _r("السطر الثاني")
            + "<w:r><w:tab/></w:r>"
            + _r("بعد الجدولة")
            + '<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>'
            + _r("ذو")
            + "<w:r><w:noBreakHyphen/></w:r>"
            + _r("القرنين")
        ),
        _p(_mark("begin") + "<w:r><w:instrText> TOC \\o </w:instrText></w:r>" + _mark("separate")
           + _r("مدخل أول في الفهرس") + "<w:r><w:tab/></w:r>"
           + _field("PAGEREF _Toc1", _r("١"))),
        _p(_r("مدخل ثان في الفهرس") + _mark("end")),
        _p(
            _r("الصفحة ")
            + f'<w:fldSimple w:instr=" PAGE ">{_r("٣")}</w:fldSimple>'
            + _r(" من ")
            + _field("NUMPAGES", _r("٩"))
            + _r(" صفحات")
        ),
        _p(
            _r("أضيف ")
            + '<w:ins w:id="3" w:author="A">' + _r("هذا الكلام") + "</w:ins>"
            + '<w:del w:id="4" w:author="A"><w:r><w:rPr><w:rtl/></w:rPr>'
            + "<w:delText>وحذف القديم</w:delText></w:r></w:del>"
            + _r(" في النص.")
        ),
        _p(_r("الاختيار: ") + _CHOICES + _r(" والمشتري ") + _BOUND),
        _p(
            _r("كلمة ")
            + '<w:smartTag w:uri="u" w:element="place">' + _r("بيروت") + "</w:smartTag>"
            + '<w:bdo w:val="rtl">' + _r(" عاصمة") + "</w:bdo>"
            + '<w:r><w:ruby><w:rt><w:r><w:t>نطق</w:t></w:r></w:rt>'
            + "<w:rubyBase><w:r><w:t>أصل</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        ),
        _p(_r("فقرة فيها مربع") + _BOX + _r(" وصورة") + _PICTURE + _r(" معا")),
        _TABLE,
        _p(_r("البند الأول"), _LIST),
        _p(_r("المعادلة ") + "<m:oMath><m:r><m:t>س</m:t></m:r></m:oMath>" + _r(" بسيطة")),
        _p(
            _r("فقرة إلى اليمين بلا علامة"),
            '<w:pPr><w:bidi w:val="0"/><w:jc w:val="right"/></w:pPr>',
        ),
    ]
)  # fmt: skip


def _note(kind: str, text: str) -> str:
    marks = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in enumerate(("separator", "continuationSeparator"))
    )
    return (
        f'<w:{kind}s {{ns}}>{marks}<w:{kind} w:id="2">'
        f"{_p(f'<w:r><w:{kind}Ref/></w:r>' + _r(text))}</w:{kind}></w:{kind}s>"
    )


_STYLES = (
    "<w:styles {ns}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Amiri"/>'
    '<w:sz w:val="22"/><w:szCs w:val="26"/><w:lang w:val="ar-SA" w:bidi="ar-SA"/>'
    "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    "<w:pPr><w:bidi/></w:pPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="Normal"/><w:rPr><w:bCs/><w:szCs w:val="40"/></w:rPr></w:style></w:styles>'
)
_NUMBERING = (
    '<w:numbering {ns}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="arabicAbjad"/><w:lvlText w:val="المادة %1:"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_SETTINGS = (
    '<w:settings {ns}><w:bookFoldRevPrinting/><w:decimalSymbol w:val="٫"/>'
    '<w:listSeparator w:val="؛"/></w:settings>'
)
_WATERMARK = (
    '<w:r><w:pict><v:shape style="width:200pt;height:60pt"><v:textpath string="مسودة سرية"/>'
    "</v:shape></w:pict></w:r>"
)
_CHART = (
    "<c:chartSpace {ns}><c:chart><c:title><c:tx><c:rich><a:bodyPr/>"
    '<a:p><a:pPr algn="r" rtl="1"/><a:r><a:rPr lang="ar-EG" b="1"/><a:t>عدد الزوار</a:t>'
    "</a:r></a:p>"
    "</c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:f>A</c:f>"
    '<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>يناير</c:v></c:pt></c:strCache></c:strRef>'
    '</c:cat><c:val><c:numRef><c:f>B</c:f><c:numCache><c:pt idx="0"><c:v>5</c:v></c:pt>'
    "</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
)
_POINT = '<a:p><a:pPr rtl="1"/><a:r><a:rPr lang="ar-SA"/><a:t>خطوة أولى</a:t></a:r></a:p>'

PARTS = {
    "word/styles.xml": _STYLES,
    "word/numbering.xml": _NUMBERING,
    "word/settings.xml": _SETTINGS,
    "word/footnotes.xml": _note("footnote", "حاشية سفلية"),
    "word/endnotes.xml": _note("endnote", "حاشية ختامية"),
    "word/comments.xml": (
        '<w:comments {ns}><w:comment w:id="0" w:author="A" w:initials="A">'
        f"{_p(_r('تعليق المراجع'))}</w:comment></w:comments>"
    ),
    "word/header1.xml": f"<w:hdr {{ns}}>{_p(_r('رأس الصفحة') + _WATERMARK)}</w:hdr>",
    "word/footer1.xml": f"<w:ftr {{ns}}>{_p(_r('تذييل الصفحة'))}</w:ftr>",
    "word/glossary/document.xml": (
        "<w:glossaryDocument {ns}><w:docParts><w:docPart><w:docPartBody>"
        f"{_p(_r('انقر هنا للكتابة'))}</w:docPartBody></w:docPart></w:docParts>"
        "</w:glossaryDocument>"
    ),
    "word/charts/chart1.xml": _CHART,
    "word/diagrams/data1.xml": (
        '<dgm:dataModel {ns}><dgm:ptLst><dgm:pt modelId="1"><dgm:prSet phldrT="[نص]">'
        '<dgm:presLayoutVars><dgm:dir val="rev"/></dgm:presLayoutVars></dgm:prSet>'
        f"<dgm:t><a:bodyPr/>{_POINT}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    ),
    "word/diagrams/drawing1.xml": (
        "<dsp:drawing {ns}><dsp:spTree><dsp:sp><dsp:txBody><a:bodyPr/>"
        f"{_POINT}</dsp:txBody></dsp:sp></dsp:spTree></dsp:drawing>"
    ),
    "docProps/core.xml": (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>تقرير سنوي</dc:title>"
        "<dc:creator>A</dc:creator><dc:language>ar-EG</dc:language></cp:coreProperties>"
    ),
    "customXml/item1.xml": '<order xmlns="urn:order"><buyer>شركة النيل للتجارة</buyer></order>',
    "customXml/itemProps1.xml": (
        '<ds:datastoreItem ds:itemID="{4F1D2C3B-0000-4000-8000-000000000001}" xmlns:ds='
        '"http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>'
    ),
    "customXml/_rels/item1.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/customXmlProps" Target="itemProps1.xml"/></Relationships>'
    ),
}

SECTION = (
    '<w:headerReference w:type="default" r:id="rIdHeader"/>'
    '<w:footerReference w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" '
    'w:footer="708" w:gutter="0"/><w:pgNumType w:fmt="arabicAlpha"/><w:bidi/><w:rtlGutter/>'
)


def everything() -> bytes:
    """Builds the document."""
    return word_file(BODY, PARTS, SECTION)
