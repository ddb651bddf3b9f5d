//! The word lists of boilerplate, in Chinese and English: heads of credits, and whole lines. What is on a list goes only
//! if several documents of a source have it where furniture stands.

use std::collections::HashMap;

use crate::decide::boilerplate::Word;

/// Heads of credits and of lines like them: `head: anything`.
pub(super) const HEADS: &[&str] = &[
    // Who made it, and where it is from.
    "编辑",
    "责任编辑",
    "责编",
    "本文编辑",
    "实习编辑",
    "编辑整理",
    "值班编辑",
    "网络编辑",
    "审核",
    "校对",
    "监制",
    "统筹",
    "来源",
    "文章来源",
    "本文来源",
    "稿件来源",
    "新闻来源",
    "信息来源",
    "内容来源",
    "作者",
    "本文作者",
    "摄影",
    "撰文",
    "翻译",
    "译者",
    "编译",
    "记者",
    "本报记者",
    "通讯员",
    "供稿",
    // When it appeared, and how often it was read.
    "发布时间",
    "发布日期",
    "更新时间",
    "发表时间",
    "发布者",
    "发布人",
    "浏览次数",
    "浏览",
    "阅读次数",
    "点击",
    "点击数",
    "点击次数",
    "点击率",
    // What stands around it.
    "字号",
    "字体",
    "字体大小",
    "标签",
    "关键词",
    "关键字",
    "分享",
    "分享到",
    "上一篇",
    "下一篇",
    "相关阅读",
    "相关链接",
    "相关新闻",
    "相关报道",
    "延伸阅读",
    "推荐阅读",
    "版权声明",
    "免责声明",
    "投稿邮箱",
    "source",
    "sources",
    "credit",
    "credits",
    "image credit",
    "photo credit",
    "photo",
    "photos",
    "photograph",
    "image",
    "author",
    "authors",
    "written by",
    "posted by",
    "published by",
    "published",
    "published on",
    "posted",
    "posted on",
    "updated",
    "last updated",
    "last modified",
    "filed under",
    "filed in",
    "tags",
    "tagged",
    "categories",
    "category",
    "share",
    "share this",
    "related articles",
    "related stories",
    "related posts",
    "read more",
    "see also",
    "read also",
    "also read",
    "read next",
    "next",
    "previous",
    "editor",
    "edited by",
    "editing by",
    "reporting by",
    "copyright",
];

/// Whole lines, wherever they stand.
pub(super) const LINES: &[&str] = &[
    "相关新闻",
    "相关链接",
    "相关阅读",
    "相关报道",
    "相关专题",
    "相关文章",
    "新闻链接",
    "延伸阅读",
    "推荐阅读",
    "更多新闻",
    "更多精彩内容",
    "上一页",
    "下一页",
    "上一篇",
    "下一篇",
    "返回首页",
    "返回顶部",
    "返回列表",
    "打印本页",
    "打印本文",
    "关闭窗口",
    "收藏本文",
    "分享到",
    "发表评论",
    "我要评论",
    "网友评论",
    "第一页",
    "尾页",
    "read more",
    "share",
    "share this",
    "share this article",
    "tweet",
    "email",
    "leave a comment",
    "leave a reply",
    "advertisement",
    "related articles",
    "related posts",
    "related stories",
    "follow us",
    "subscribe",
    "sign up",
    "sign in",
    "log in",
    "login",
    "contact us",
    "about us",
    "privacy policy",
    "terms of use",
    "terms of service",
    "terms and conditions",
    "cookie policy",
    "back to top",
    "skip to content",
    "skip to main content",
    "menu",
    "facebook",
    "twitter",
    "pinterest",
    "linkedin",
    "whatsapp",
    "copy link",
    "see all",
    "view all",
    "load more",
    "show more",
];

/// The lists, to look words up in.
#[derive(Debug)]
pub(super) struct WordLists {
    heads: HashMap<&'static str, Word>,
    lines: HashMap<&'static str, Word>,
}

impl WordLists {
    pub(super) fn new() -> Self {
        let heads = (0..).zip(HEADS).map(|(number, head)| (*head, Word::head(number)));
        let lines = (0..).zip(LINES).map(|(number, line)| (*line, Word::whole_line(number)));
        Self { heads: heads.chain([("by", Word::BY)]).collect(), lines: lines.collect() }
    }

    /// The whole line of the list that this is, in lower case.
    pub(super) fn line(&self, line: &str) -> Option<Word> {
        self.lines.get(line).copied()
    }

    /// The head of the list that this is, in lower case.
    pub(super) fn head(&self, head: &str) -> Option<Word> {
        self.heads.get(head).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_as_they_are_looked_up_and_stand_there_once() {
        let lists = WordLists::new();
        assert_eq!((lists.heads.len(), lists.lines.len()), (HEADS.len() + 1, LINES.len()));
        for entry in HEADS.iter().chain(LINES) {
            assert_eq!(entry.trim().to_lowercase(), **entry);
        }
        assert_ne!(lists.head("分享到"), lists.line("分享到"));
        assert_eq!((lists.head("by"), lists.line("by")), (Some(Word::BY), None));
    }
}
